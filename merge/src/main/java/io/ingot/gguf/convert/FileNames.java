package io.ingot.gguf.convert;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names of files as the converter chooses them. */
public final class FileNames {
  private FileNames() {}

  /** {@code Base-8B-Instruct-v2-Q8_0}: the naming convention of GGUF. */
  static String conventional(
      @Nullable String name,
      @Nullable String basename,
      @Nullable String sizeLabel,
      @Nullable String finetune,
      @Nullable String version,
      @Nullable String encoding) {
    StringBuilder out = new StringBuilder();
    if (basename != null) {
      out.append(basename.strip().replace(' ', '-').replace('/', '-'));
    } else if (name != null) {
      out.append(name.strip().replace(' ', '-').replace('/', '-'));
    } else {
      out.append("ggml-model");
    }
    if (sizeLabel != null) {
      out.append('-').append(sizeLabel);
    }
    if (finetune != null) {
      out.append('-').append(finetune.strip().replace(' ', '-'));
    }
    if (version != null) {
      out.append('-').append(version.strip().replace(' ', '-'));
    }
    if (encoding != null) {
      out.append('-').append(encoding.toUpperCase(Locale.ROOT));
    }
    return out.toString();
  }

  /** Replaces {@code {ftype}} and its relatives in a file name that the user gave. */
  public static String filled(String template, OutType type) {
    String lower = type.name().toLowerCase(Locale.ROOT);
    return template
        .replace("{}", lower)
        .replace("{0}", lower)
        .replace("{ftype}", lower)
        .replace("{outtype}", lower)
        .replace("{FTYPE}", type.name())
        .replace("{OUTTYPE}", type.name());
  }

  /** {@code stem-00001-of-00003.gguf}, counted from 1. */
  public static String shard(String stem, int number, int count) {
    return String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", stem, number, count);
  }
}
