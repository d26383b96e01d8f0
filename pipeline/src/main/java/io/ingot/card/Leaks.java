package io.ingot.card;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Secrets and paths of somebody's machine in a text that is to be published. */
public final class Leaks {
  private static final Map<String, Pattern> SECRETS =
      new TreeMap<>(
          Map.of(
              "a token of Hugging Face", Pattern.compile("\\bhf_(jwt_)?[A-Za-z0-9_.-]{20,}"),
              "a token of GitHub",
                  Pattern.compile("\\bgh[pousr]_[A-Za-z0-9]{30,}|\\bgithub_pat_\\w{30,}"),
              "a key of AWS", Pattern.compile("\\bA(KIA|SIA)[0-9A-Z]{16}\\b"),
              "an API key", Pattern.compile("\\bsk-[A-Za-z0-9_-]{24,}"),
              "a token of Slack", Pattern.compile("\\bxox[abprs]-[A-Za-z0-9-]{10,}"),
              "a private key", Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----"),
              "a password in an address",
                  Pattern.compile("\\b[a-z][a-z0-9+.-]*://[^\\s/:@]+:[^\\s/@]+@")));
  private static final Pattern PATHS =
      Pattern.compile(
          "(?<![\\w.:/-])(/home/[\\w.-]+/|/Users/[\\w.-]+/|/root/|/tmp/|/var/folders/)"
              + "|\\b[A-Z]:\\\\Users\\\\|file:///");

  private Leaks() {}

  /** What was found, with line numbers; a secret itself is never repeated. */
  public static List<String> find(String text) {
    List<String> found = new ArrayList<>(secrets(text));
    found.addAll(paths(text));
    return found;
  }

  /** Paths alone. */
  public static List<String> paths(String text) {
    Matcher path = PATHS.matcher(text);
    return path.find()
        ? List.of(
            "line " + line(text, path.start()) + " holds a path of a machine: " + path.group())
        : List.of();
  }

  /**
   * Secrets alone: for texts that are not ours, such as tokenizers, where a path may be a token.
   */
  public static List<String> secrets(String text) {
    List<String> found = new ArrayList<>();
    SECRETS.forEach(
        (name, pattern) -> {
          Matcher matcher = pattern.matcher(text);
          if (matcher.find()) {
            found.add("line " + line(text, matcher.start()) + " holds " + name);
          }
        });
    return found;
  }

  private static long line(String text, int position) {
    return 1 + text.substring(0, position).chars().filter(c -> c == '\n').count();
  }
}
