package io.ingot.cli;

import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of mergekit-yaml. Those about GPUs and caches are accepted and have no effect. */
final class MergeKitOptions {
  @Option(names = "--allow-crimes", description = "Mix models of different architectures.")
  boolean allowCrimes;

  @Option(
      names = "--out-shard-size",
      paramLabel = "SIZE",
      description = "Bytes per shard, with k, m or b (default: 5b).")
  String shardSize = "5b";

  @Option(
      names = "--copy-tokenizer",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Copy the tokenizer of the base (default: on).")
  boolean copyTokenizer = true;

  @Option(
      names = "--write-model-card",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Write README.md and the recipe (default: on).")
  boolean writeModelCard = true;

  @Option(
      names = "--safe-serialization",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Write safetensors (default: on; pickles are never written).")
  boolean safeSerialization = true;

  @Option(names = "--random-seed", paramLabel = "N", description = "Seed of random methods.")
  @Nullable Long randomSeed;

  @Option(
      names = "--trust-remote-code",
      description = "Accept models that bring code; the code is ignored.")
  boolean trustRemoteCode;

  @Option(
      names = {"-j", "--num-threads"},
      paramLabel = "N",
      description = "Threads (default: one per processor).")
  int threads;

  @Option(names = "--transformers-cache", paramLabel = "DIR", hidden = true)
  @Nullable Path transformersCache;

  @Option(names = "--lora-merge-cache", paramLabel = "DIR", hidden = true)
  @Nullable Path loraMergeCache;

  @Option(names = "--lora-merge-dtype", paramLabel = "DTYPE", hidden = true)
  @Nullable String loraMergeDtype;

  @Option(
      names = {"--cuda", "--gpu-rich"},
      hidden = true)
  boolean cuda;

  @Option(names = "--device", paramLabel = "X", hidden = true)
  @Nullable String device;

  @Option(
      names = {"--low-cpu-memory", "--read-to-gpu", "--multi-gpu"},
      hidden = true)
  boolean gpuMemory;

  @Option(
      names = {"--clone-tensors", "--lazy-unpickle", "--async-write"},
      negatable = true,
      hidden = true)
  boolean ignored;

  @Option(names = "--write-threads", paramLabel = "N", hidden = true)
  int writeThreads;

  /** Names of the options that were given and have no effect. */
  List<String> withoutEffect() {
    List<String> names = new ArrayList<>();
    if (cuda) {
      names.add("--cuda");
    }
    if (device != null && !device.equals("cpu")) {
      names.add("--device");
    }
    if (gpuMemory) {
      names.add("--low-cpu-memory, --read-to-gpu, --multi-gpu");
    }
    return names;
  }

  /** Bytes of {@code --out-shard-size}: a number with an optional k, m or b (1000, 10^6, 10^9). */
  long shardBytes() {
    String text = shardSize.strip().toLowerCase(Locale.ROOT);
    long factor =
        switch (text.isEmpty() ? ' ' : text.charAt(text.length() - 1)) {
          case 'k' -> 1_000;
          case 'm' -> 1_000_000;
          case 'b', 'g' -> 1_000_000_000;
          default -> 1;
        };
    String digits = factor == 1 ? text : text.substring(0, text.length() - 1);
    try {
      return (long) (Double.parseDouble(digits) * factor);
    } catch (NumberFormatException e) {
      throw IngotException.usage(
          "--out-shard-size: '" + shardSize + "' is no size; expected e.g. 5b, 500m or 90000");
    }
  }
}
