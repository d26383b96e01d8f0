package io.ingot.step;

import java.nio.file.Path;

/**
 * One resolved input.
 *
 * @param name its role, e.g. {@code model} or {@code suite:orders}
 * @param digest hash of its content, in hexadecimal
 * @param path the folder of an artifact, or the file or folder of an external input
 * @param kind the kind of the step that made it, or {@code external}
 */
public record StepInput(String name, String digest, Path path, String kind) {}
