package io.ingot.hub;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which files to take, by patterns as huggingface_hub knows them: {@code *} and {@code ?} also
 * match slashes, {@code [a-z]} and {@code [!a-z]} one character, and a pattern that ends with a
 * slash means everything below that folder.
 *
 * @param include only what matches one of these; everything where there are none
 * @param exclude nothing that matches one of these
 */
public record FilePatterns(List<String> include, List<String> exclude)
    implements Predicate<String> {
  public FilePatterns {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  @Override
  public boolean test(String path) {
    return (include.isEmpty() || include.stream().anyMatch(p -> matches(p, path)))
        && exclude.stream().noneMatch(p -> matches(p, path));
  }

  private static boolean matches(String pattern, String path) {
    return Pattern.compile(regex(pattern.endsWith("/") ? pattern + "*" : pattern), Pattern.DOTALL)
        .matcher(path)
        .matches();
  }

  private static String regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int end = c == '[' ? pattern.indexOf(']', i + 2) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (end > 0) {
        String set = pattern.substring(i + 1, end).replaceAll("[\\\\\\[\\]&^~]", "\\\\$0");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = end;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return regex.toString();
  }
}
