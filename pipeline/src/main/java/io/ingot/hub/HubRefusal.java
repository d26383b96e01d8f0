package io.ingot.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Turns what a Hub answers instead of what was wanted into words: which of missing, private, gated,
 * wrong token it is, told apart by {@code X-Error-Code}.
 */
final class HubRefusal {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int REASON_LIMIT = 300;

  private HubRefusal() {}

  /** What the server says about it, as {@code ": text"}, without secrets; empty when nothing. */
  static String reason(HubReply reply, HubConfig config) {
    String text = reply.header("X-Error-Message").orElse("");
    if (text.isBlank() && !reply.isHtml()) {
      text = ofBody(reply.textBeginning());
    }
    if (reply.isHtml()) {
      text = "an HTML page (a proxy?)";
    }
    String plain = clean(text, config);
    return plain.isEmpty() ? "" : ": " + plain;
  }

  /** Text of a server as one short line without control characters and secrets. */
  static String clean(String text, HubConfig config) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    String safe =
        config.token().map(t -> t.redact(line)).orElseGet(() -> AccessToken.redactAny(line));
    return safe.length() > REASON_LIMIT ? safe.substring(0, REASON_LIMIT) + "..." : safe;
  }

  private static String ofBody(String body) {
    try {
      JsonNode json = JSON.readTree(body);
      if (json == null || !json.isObject()) {
        return body.length() < REASON_LIMIT ? body : "";
      }
      StringBuilder text = new StringBuilder();
      for (String key : new String[] {"error", "error_description", "message"}) {
        if (text.isEmpty() && json.path(key).isTextual()) {
          text.append(json.path(key).asText());
        }
      }
      for (JsonNode error : json.path("errors")) {
        text.append(text.isEmpty() ? "" : "; ")
            .append(error.path("message").asText(error.asText()));
      }
      return text.toString();
    } catch (JsonProcessingException e) {
      return body.length() < REASON_LIMIT ? body : "";
    }
  }

  /** A 409 that only means: later. */
  static boolean isBusy(HubReply reply, String why) {
    return reply.status() == 409 && why.contains("conflicting operation is in progress");
  }

  static IngotException explain(HubReply reply, String why, Subject subject, HubConfig config) {
    String code = reply.header("X-Error-Code").orElse("");
    String host = reply.uri().getHost();
    String what = subject.text();
    switch (code) {
      case "RepoNotFound" -> {
        return missing(what, host, config);
      }
      case "RevisionNotFound" -> {
        return IngotException.notFound(
            what
                + " has no revision '"
                + subject.revision().orElse("?")
                + "' at "
                + host
                + "; give a branch, a tag or a full commit");
      }
      case "EntryNotFound" -> {
        return IngotException.notFound(
            what
                + " has no file '"
                + subject.path().orElse("?")
                + "' at revision "
                + subject.revision().orElse("?"));
      }
      case "GatedRepo" -> {
        return gated(reply, subject, config);
      }
      default -> {}
    }
    boolean credentials = why.toLowerCase(Locale.ROOT).contains("credentials");
    return switch (reply.status()) {
      case 401 ->
          credentials || subject.writes() || subject.repo().isEmpty()
              ? refusedToken(host, why, config)
              : missing(what, host, config);
      case 403 ->
          why.contains("Access to this resource is disabled")
              ? IngotException.failed(what + " was taken down at " + host)
              : IngotException.failed(
                  why + "; " + what + " is not open to " + who(config) + " for this");
      case 404 -> missing(what, host, config);
      case 409 -> IngotException.conflict(what + ": " + why);
      case 412 ->
          IngotException.conflict(
              what
                  + " changed meanwhile: the branch is no longer at the expected commit ("
                  + why
                  + ")");
      case 413 -> IngotException.failed(what + ": too much for one request (" + why + ")");
      default -> IngotException.failed(what + ": " + why);
    };
  }

  private static IngotException missing(String what, String host, HubConfig config) {
    return IngotException.notFound(
        what
            + " was not found at "
            + host
            + ": it does not exist, or it is private and "
            + config
                .token()
                .map(t -> "the token from " + t.source() + " cannot see it")
                .orElse("no token was sent (set HF_TOKEN)"));
  }

  private static IngotException refusedToken(String host, String why, HubConfig config) {
    return IngotException.failed(
        config
                .token()
                .map(
                    t ->
                        "the token from "
                            + t.source()
                            + " was refused by "
                            + host
                            + "; it is wrong or expired, make a new one")
                .orElse(host + " wants a token for this; set HF_TOKEN")
            + " ("
            + why
            + ")");
  }

  private static IngotException gated(HubReply reply, Subject subject, HubConfig config) {
    String page = config.endpoint() + "/" + subject.repo().map(HubUrls::prefixed).orElse("");
    return IngotException.failed(
        subject.text()
            + " is gated: its terms must be accepted by a person at "
            + page
            + (reply.status() == 401 || config.token().isEmpty()
                ? "; then set HF_TOKEN to a token of that account"
                : "; the account of the token from "
                    + config.token().map(AccessToken::source).orElse("")
                    + " has not been granted access"));
  }

  private static String who(HubConfig config) {
    return config
        .token()
        .map(t -> "the token from " + t.source())
        .orElse("a caller without a token (set HF_TOKEN)");
  }

  /** No answer, or none but "later", after all tries. */
  static IngotException unreachable(
      URI uri, IOException failure, int tries, Optional<Duration> tooLong) {
    String times = tries == 1 ? "one try" : tries + " tries";
    String why =
        (failure instanceof ConnectException
                ? " cannot be reached in "
                : " gave no usable answer in ")
            + times;
    if (tooLong.isPresent()) {
      why = " asks to wait " + tooLong.get().toSeconds() + " s";
    }
    return new IngotException(
        ErrorKind.UNREACHABLE,
        "the Hub at "
            + uri.getScheme()
            + "://"
            + uri.getAuthority()
            + why
            + ": "
            + AccessToken.redactAny(String.valueOf(failure.getMessage()))
            + "; what is in the cache can be used with HF_HUB_OFFLINE=1",
        failure);
  }
}
