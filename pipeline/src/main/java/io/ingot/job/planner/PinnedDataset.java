package io.ingot.job.planner;

import io.ingot.hub.RepoInfo;
import io.ingot.job.DatasetFormat;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A dataset, fixed to a content.
 *
 * @param name in the job
 * @param file on this machine
 * @param sha256 of the file
 * @param rows lines that are not blank; 1 for a plain text file
 * @param bytes of the file
 * @param repo where it comes from a repository
 * @param split of the repository
 */
public record PinnedDataset(
    String name,
    Path file,
    String sha256,
    DatasetFormat format,
    long rows,
    long bytes,
    Optional<RepoInfo> repo,
    Optional<String> split) {}
