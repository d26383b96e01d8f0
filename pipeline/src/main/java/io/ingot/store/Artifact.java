package io.ingot.store;

import java.nio.file.Path;

/**
 * A finished output in the store.
 *
 * @param existed whether the store had the same content before
 */
public record Artifact(String digest, Path path, boolean existed) {}
