package io.ingot.hub;

import java.util.regex.Pattern;

/**
 * A secret that a Hub knows a user by. It never shows itself: neither {@link #toString} nor any
 * message of this room holds its value.
 */
public final class AccessToken {
  private static final Pattern LOOKS_SECRET =
      Pattern.compile("\\b(?:hf|api_org|hf_jwt|hf_oauth)_[A-Za-z0-9_.-]{4,}");
  private static final String MASK = "***";

  private final String value;
  private final String source;

  private AccessToken(String value, String source) {
    this.value = value;
    this.source = source;
  }

  /**
   * A token and where it was found.
   *
   * @param source for a person, e.g. {@code HF_TOKEN} or a file
   */
  public static AccessToken of(String value, String source) {
    return new AccessToken(value.strip(), source);
  }

  /** Where it was found, for messages. */
  public String source() {
    return source;
  }

  /** The value of the Authorization header. */
  String bearer() {
    return "Bearer " + value;
  }

  /** The text without this token and without anything that looks like one. */
  String redact(String text) {
    return redactAny(text.replace(value, MASK));
  }

  /** The text without anything that looks like a token. */
  static String redactAny(String text) {
    return LOOKS_SECRET.matcher(text).replaceAll(MASK);
  }

  @Override
  public String toString() {
    return "AccessToken[" + MASK + " from " + source + "]";
  }
}
