package io.ingot.license;

import java.util.Locale;

/** Which files of a repository speak about its license. */
public final class LicenseFiles {
  private LicenseFiles() {}

  /** A license text: LICENSE, LICENCE.md, COPYING, LICENSES/x.txt. */
  public static boolean isLicense(String path) {
    String name = name(path);
    return name.startsWith("LICENSE")
        || name.startsWith("LICENCE")
        || name.startsWith("COPYING")
        || name.startsWith("UNLICENSE")
        || path.toUpperCase(Locale.ROOT).startsWith("LICENSES/");
  }

  /** Attributions to carry on. */
  public static boolean isNotice(String path) {
    return name(path).startsWith("NOTICE");
  }

  /** An acceptable use policy. */
  public static boolean isPolicy(String path) {
    return name(path).matches("(PROHIBITED_|ACCEPTABLE_)?USE[_-]POLICY.*|.*_USE_POLICY.*");
  }

  /** Any of them, of a kind that is text. */
  public static boolean isRelevant(String path) {
    return (isLicense(path) || isNotice(path) || isPolicy(path))
        && name(path).matches(".*(\\.(MD|TXT|RST)|[^.]{2,}|-[0-9.]+)");
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1).toUpperCase(Locale.ROOT);
  }
}
