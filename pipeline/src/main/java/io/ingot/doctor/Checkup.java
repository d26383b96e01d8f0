package io.ingot.doctor;

import io.ingot.error.IngotException;
import io.ingot.hub.HubConfig;
import io.ingot.run.EngineLock;
import io.ingot.store.IngotHome;
import io.ingot.train.torch.EngineReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All checks, in the order in which a run meets what they look at. */
public final class Checkup {
  /** Less than this cannot hold a small model and its artifacts. */
  private static final long LOW_DISK_BYTES = 10_000_000_000L;

  private Checkup() {}

  /** Looks at this machine, this home and this environment. */
  public static List<Finding> run(IngotHome home, Map<String, String> environment) {
    return List.of(
        java(),
        memory(),
        vectors(),
        libtorch(),
        folder("home", home.path()),
        engine(home),
        hub(environment),
        token(environment),
        cache(environment));
  }

  private static Finding java() {
    String text = System.getProperty("java.vendor") + " " + Runtime.version();
    return Runtime.version().feature() == 25
        ? Finding.ok("java", text)
        : Finding.warn("java", text, "Ingot is built for and tested on 25: install a JDK 25");
  }

  private static Finding memory() {
    long total =
        ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getTotalMemorySize();
    return Finding.ok(
        "memory",
        gigabytes(total)
            + ", heap up to "
            + gigabytes(Runtime.getRuntime().maxMemory())
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors");
  }

  private static Finding vectors() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? Finding.ok("vector kernels", "on")
        : Finding.warn(
            "vector kernels",
            "off",
            "start Ingot by its launcher, which adds the module jdk.incubator.vector");
  }

  private static Finding libtorch() {
    try {
      EngineReport report = EngineReport.load();
      return Finding.ok(
          "libtorch",
          report.version()
              + " ("
              + report.flavor()
              + "), devices: "
              + String.join(", ", report.devices()));
    } catch (IngotException e) {
      return Finding.fail(
          "libtorch",
          String.valueOf(e.getMessage()),
          "training and evaluation need it; PYTORCH_LIBRARY_PATH may name an installed one");
    }
  }

  private static Finding folder(String subject, Path path) {
    try {
      Path existing = path;
      while (!Files.exists(existing) && existing.getParent() != null) {
        existing = existing.getParent();
      }
      if (!Files.isWritable(existing)) {
        return Finding.fail(
            subject, path + " cannot be written", "choose another with --home or INGOT_HOME");
      }
      FileStore store = Files.getFileStore(existing);
      String text = path + ", " + gigabytes(store.getUsableSpace()) + " free";
      return store.getUsableSpace() < LOW_DISK_BYTES
          ? Finding.warn(subject, text, "models are large: free some space, or move it")
          : Finding.ok(subject, text);
    } catch (IOException e) {
      return Finding.fail(subject, path + ": " + e.getMessage(), "choose another folder");
    }
  }

  private static Finding engine(IngotHome home) {
    return EngineLock.isHeld(home.path())
        ? Finding.ok("engine", "one is working on this home; reading commands go on beside it")
        : Finding.ok("engine", "none is running on this home");
  }

  private static Finding hub(Map<String, String> environment) {
    try {
      HubConfig config = HubConfig.of(environment);
      return Finding.ok(
          "hub", config.endpoint() + (config.offline() ? ", offline: only the cache answers" : ""));
    } catch (IngotException e) {
      return Finding.fail("hub", String.valueOf(e.getMessage()), "correct the variable");
    }
  }

  private static Finding token(Map<String, String> environment) {
    try {
      return HubConfig.of(environment).token().isPresent()
          ? Finding.ok("token", "present")
          : Finding.warn(
              "token",
              "none",
              "set HF_TOKEN for gated or private repositories and for publishing to the Hub");
    } catch (IngotException e) {
      return Finding.fail("token", String.valueOf(e.getMessage()), "correct the variable");
    }
  }

  private static Finding cache(Map<String, String> environment) {
    try {
      return folder("download cache", HubConfig.of(environment).cache());
    } catch (IngotException e) {
      return Finding.fail("download cache", String.valueOf(e.getMessage()), "correct it");
    }
  }

  private static String gigabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
  }
}
