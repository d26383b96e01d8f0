package io.ingot.hub.server;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which files a repository holds by LFS: what is named so, what is big, what is binary. */
final class LargeFiles {
  private static final long BIG = 10L << 20;
  private static final List<String> ENDINGS =
      List.of(
          "7z",
          "arrow",
          "bin",
          "bz2",
          "ckpt",
          "ftz",
          "gguf",
          "gz",
          "h5",
          "joblib",
          "lfs",
          "mlmodel",
          "model",
          "msgpack",
          "npy",
          "npz",
          "onnx",
          "ot",
          "parquet",
          "pb",
          "pickle",
          "pkl",
          "pt",
          "pth",
          "rar",
          "safetensors",
          "tar",
          "tflite",
          "tgz",
          "wasm",
          "xz",
          "zip",
          "zst");

  private LargeFiles() {}

  /**
   * Whether a file goes to LFS.
   *
   * @param sample its first bytes
   */
  static boolean includes(String path, long size, byte[] sample) {
    if (size == 0) {
      return false;
    }
    String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    int dot = name.lastIndexOf('.');
    return size >= BIG || (dot >= 0 && ENDINGS.contains(name.substring(dot + 1))) || binary(sample);
  }

  /** The file by which git tells the same. */
  static byte[] gitAttributes() {
    return ENDINGS.stream()
        .map(e -> "*." + e + " filter=lfs diff=lfs merge=lfs -text\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean binary(byte[] sample) {
    for (byte b : sample) {
      if (b == 0) {
        return true;
      }
    }
    return false;
  }
}
