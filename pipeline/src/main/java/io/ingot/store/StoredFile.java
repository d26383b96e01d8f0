package io.ingot.store;

/**
 * A file of an artifact.
 *
 * @param path relative, with {@code /}
 * @param modified time of the last change in milliseconds since 1970; of the target, where the file
 *     is a symbolic link
 */
public record StoredFile(String path, long bytes, String sha256, long modified) {}
