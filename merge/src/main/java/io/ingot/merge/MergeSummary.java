package io.ingot.merge;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a merge has written.
 *
 * @param bytes of the tensors that are there now
 * @param readBytes of the inputs, each as often as a tensor read it in this run
 * @param writtenBytes of the tensors that this run wrote; less than {@code bytes} after a resume
 * @param files the safetensors files
 * @param hashes SHA-256 of those files; empty when they were not hashed
 * @param leftovers tensors of the donor that the architecture does not list
 * @param warnings what planning found, then tensors that hold NaN or infinity, in their order
 * @param seconds from the first tensor to the last file, without planning
 * @param hashSeconds of those, waiting for hashes
 * @param peakMemoryBytes of the process beside mapped files
 */
public record MergeSummary(
    int tensors,
    long parameters,
    long bytes,
    long readBytes,
    long writtenBytes,
    List<String> files,
    Map<String, String> hashes,
    List<String> leftovers,
    List<String> warnings,
    double seconds,
    double hashSeconds,
    long peakMemoryBytes) {

  /** 10^9 bytes read and written in a second. */
  public double gigabytesPerSecond() {
    return seconds > 0 ? (readBytes + writtenBytes) / 1e9 / seconds : 0;
  }

  /** The same of a result that is one file. */
  MergeSummary of(Path file) {
    String name = file.getFileName().toString();
    Map<String, String> renamed = new LinkedHashMap<>();
    hashes.values().forEach(hash -> renamed.put(name, hash));
    return new MergeSummary(
        tensors,
        parameters,
        bytes,
        readBytes,
        writtenBytes,
        List.of(name),
        renamed,
        leftovers,
        warnings,
        seconds,
        hashSeconds,
        peakMemoryBytes);
  }
}
