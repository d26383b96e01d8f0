package io.ingot.step.exec;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Takes secrets out of text: the values of variables whose names say so, as they are, URL-encoded
 * and in Base64, and whatever looks like a token. Thread-safe.
 */
public final class SecretMask {
  private static final int SHORTEST = 6;
  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY"
              + "|_AUTH$|^AUTH_)");
  private static final Pattern LOOKS_SECRET =
      Pattern.compile(
          "hf_[A-Za-z0-9]{16,}|(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{8,}|(?<=://)[^/@\\s:]+:[^/@\\s]+(?=@)");

  private final List<String> values;

  /** Masks the secrets of these variables. */
  public SecretMask(Map<String, String> environment) {
    TreeSet<String> found =
        new TreeSet<>(Comparator.comparing(String::length).reversed().thenComparing(s -> s));
    environment.forEach(
        (name, value) -> {
          if (isSecret(name) && value.strip().length() >= SHORTEST) {
            String secret = value.strip();
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            found.add(secret);
            found.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
            found.add(Base64.getEncoder().encodeToString(bytes));
            found.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
          }
        });
    values = List.copyOf(found);
  }

  /** Whether a variable of this name holds a secret; a child process does not get it. */
  public static boolean isSecret(String name) {
    return SECRET_NAME.matcher(name.toUpperCase(Locale.ROOT)).find();
  }

  /** The text with {@code ***} for every secret. */
  public String apply(String text) {
    String masked = text;
    for (String value : values) {
      masked = masked.replace(value, "***");
    }
    return LOOKS_SECRET.matcher(masked).replaceAll("***");
  }
}
