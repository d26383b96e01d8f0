package io.ingot.hub;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a server asks to wait: {@code RateLimit: "api";r=0;t=55} (remaining, seconds until the
 * window ends) where nothing remains, else {@code Retry-After} in seconds.
 */
final class RateLimit {
  private static final Pattern REMAINING = Pattern.compile("(?:^|;)\\s*r=(\\d{1,9})");
  private static final Pattern RESET = Pattern.compile("(?:^|;)\\s*t=(\\d{1,9})");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

  private RateLimit() {}

  static Optional<Duration> wait(HttpHeaders headers) {
    String limit = headers.firstValue("RateLimit").orElse("");
    Matcher remaining = REMAINING.matcher(limit);
    Matcher reset = RESET.matcher(limit);
    if (remaining.find() && reset.find() && Long.parseLong(remaining.group(1)) == 0) {
      // One second more: the window must really be over.
      return Optional.of(Duration.ofSeconds(Long.parseLong(reset.group(1)) + 1));
    }
    return headers
        .firstValue("Retry-After")
        .map(String::strip)
        .filter(v -> SECONDS.matcher(v).matches())
        .map(v -> Duration.ofSeconds(Long.parseLong(v)));
  }
}
