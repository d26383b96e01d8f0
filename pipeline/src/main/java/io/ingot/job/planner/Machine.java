package io.ingot.job.planner;

import com.sun.management.OperatingSystemMXBean;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the machine has.
 *
 * @param memory bytes, the container's limit included
 * @param disk free bytes where artifacts are stored
 */
public record Machine(long memory, long disk, int cores) {
  /** Nothing is known to be scarce. */
  public static final Machine UNLIMITED = new Machine(Long.MAX_VALUE, Long.MAX_VALUE, 1);

  /** This machine. */
  public static Machine here(Optional<IngotHome> home) {
    long memory =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : Long.MAX_VALUE;
    return new Machine(
        memory,
        home.map(h -> free(h.path())).orElse(Long.MAX_VALUE),
        Runtime.getRuntime().availableProcessors());
  }

  private static long free(Path folder) {
    Path there = folder;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      return Files.getFileStore(there).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }
}
