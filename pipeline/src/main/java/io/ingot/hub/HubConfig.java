package io.ingot.hub;

import io.ingot.error.IngotException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where the Hub is, who we are, and where the shared cache lies. The variables mean what they mean
 * to huggingface_hub.
 *
 * @param endpoint root of the Hub, without a trailing slash
 * @param cache folder of the repositories ({@code HF_HUB_CACHE})
 * @param offline whether only the cache may answer
 * @param metadataTimeout how long an answer may take to begin
 * @param idleTimeout how long a transfer may stand still
 */
public record HubConfig(
    URI endpoint,
    Optional<AccessToken> token,
    Path cache,
    boolean offline,
    Duration metadataTimeout,
    Duration idleTimeout) {
  /** The Hub of the world. */
  public static final URI DEFAULT_ENDPOINT = URI.create("https://huggingface.co");

  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  public HubConfig {
    String text = endpoint.toString();
    endpoint = text.endsWith("/") ? URI.create(text.replaceAll("/+$", "")) : endpoint;
  }

  /**
   * Reads the environment and the token file.
   *
   * @throws IngotException INVALID when a variable cannot be understood
   */
  public static HubConfig of(Map<String, String> environment) {
    Path home =
        path(environment, "HF_HOME")
            .orElseGet(
                () ->
                    path(environment, "XDG_CACHE_HOME")
                        .orElseGet(() -> userHome(environment).resolve(".cache"))
                        .resolve("huggingface"));
    Path cache =
        path(environment, "HF_HUB_CACHE")
            .or(() -> path(environment, "HUGGINGFACE_HUB_CACHE"))
            .orElseGet(() -> home.resolve("hub"));
    return new HubConfig(
        endpoint(environment),
        token(environment, home),
        cache.toAbsolutePath().normalize(),
        isTrue(environment, "HF_HUB_OFFLINE") || isTrue(environment, "TRANSFORMERS_OFFLINE"),
        seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
        seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"));
  }

  /** The same cache, but another Hub, e.g. the embedded one: always reached, with its own token. */
  public HubConfig at(URI otherEndpoint, Optional<AccessToken> otherToken) {
    return new HubConfig(otherEndpoint, otherToken, cache, false, metadataTimeout, idleTimeout);
  }

  private static URI endpoint(Map<String, String> environment) {
    String text = environment.getOrDefault("HF_ENDPOINT", "").strip();
    if (text.isEmpty()) {
      return DEFAULT_ENDPOINT;
    }
    try {
      URI uri = URI.create(text);
      if (uri.getHost() != null
          && uri.getUserInfo() == null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw IngotException.invalid(
        "HF_ENDPOINT '"
            + AccessToken.redactAny(text)
            + "' is no address of a Hub; expected http(s)://HOST[:PORT] without user or password");
  }

  private static Optional<AccessToken> token(Map<String, String> environment, Path home) {
    if (isTrue(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
      return Optional.empty();
    }
    for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
      Optional<AccessToken> token = usable(environment.getOrDefault(name, ""), name);
      if (token.isPresent()) {
        return token;
      }
    }
    Path file = path(environment, "HF_TOKEN_PATH").orElseGet(() -> home.resolve("token"));
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return usable(Files.readString(file), "file " + file);
    } catch (IOException e) {
      throw new IngotException(
          io.ingot.error.ErrorKind.FAILED, "cannot read the token file " + file, e);
    }
  }

  private static Optional<AccessToken> usable(String raw, String source) {
    String value = raw.replace("\r", "").replace("\n", "").strip();
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!value.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw IngotException.invalid(
          "the token of " + source + " holds characters that no token has; copy it again");
    }
    return Optional.of(AccessToken.of(value, source));
  }

  private static Path userHome(Map<String, String> environment) {
    String home = environment.getOrDefault("HOME", "");
    return Path.of(home.isBlank() ? System.getProperty("user.home") : home);
  }

  private static Optional<Path> path(Map<String, String> environment, String name) {
    String text = environment.getOrDefault(name, "").strip();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String expanded =
        VARIABLE
            .matcher(text)
            .replaceAll(
                m -> {
                  String variable = m.group(1) == null ? m.group(2) : m.group(1);
                  return java.util.regex.Matcher.quoteReplacement(
                      environment.getOrDefault(variable, m.group()));
                });
    return Optional.of(
        expanded.equals("~") || expanded.startsWith("~/")
            ? userHome(environment).resolve(expanded.substring(Math.min(2, expanded.length())))
            : Path.of(expanded));
  }

  private static boolean isTrue(Map<String, String> environment, String name) {
    return TRUE.contains(environment.getOrDefault(name, "").strip().toUpperCase(Locale.ROOT));
  }

  private static Duration seconds(Map<String, String> environment, String name) {
    String text = environment.getOrDefault(name, "").strip();
    if (text.isEmpty()) {
      return DEFAULT_TIMEOUT;
    }
    try {
      double seconds = Double.parseDouble(text);
      if (seconds > 0 && seconds < 1e6) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw IngotException.invalid(
        name + " '" + text + "' is no number of seconds; expected e.g. 10");
  }
}
