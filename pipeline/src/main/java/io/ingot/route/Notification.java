package io.ingot.route;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whom to tell when a run ends or waits; the key {@code notify} of {@code configs/policy.yaml}.
 *
 * @param webhook gets a POST with a JSON document; never shown, since such addresses are secrets
 * @param states of runs that are told: done, failed, cancelled, in_review
 */
record Notification(URI webhook, Set<String> states) {
  private static final Set<String> KNOWN = Set.of("done", "failed", "cancelled", "in_review");
  private static final String SECRET = "secret:";

  /**
   * Reads a policy; empty when there is none or it has no such key.
   *
   * @throws IngotException INVALID for values that cannot be used
   */
  static Optional<Notification> read(Path policy, Map<String, String> environment) {
    if (!Files.exists(policy)) {
      return Optional.empty();
    }
    try {
      JsonNode notify = new YAMLMapper().readTree(Files.readString(policy)).path("notify");
      if (!notify.hasNonNull("webhook")) {
        return Optional.empty();
      }
      Set<String> states = new TreeSet<>();
      notify.path("on").forEach(state -> states.add(state.asText()));
      if (!KNOWN.containsAll(states)) {
        throw IngotException.invalid(
            policy
                + ": notify.on: "
                + states
                + " holds an unknown state; known are "
                + new TreeSet<>(KNOWN));
      }
      URI address = address(policy, notify.get("webhook").asText(), environment);
      return Optional.of(new Notification(address, states.isEmpty() ? KNOWN : states));
    } catch (IOException e) {
      throw new IngotException(ErrorKind.INVALID, policy + ": " + e.getMessage(), e);
    }
  }

  private static URI address(Path policy, String text, Map<String, String> environment) {
    String address = text;
    if (text.startsWith(SECRET)) {
      String name = text.substring(SECRET.length());
      address = environment.getOrDefault(name, "");
      if (address.isBlank()) {
        throw IngotException.invalid(
            policy + ": notify.webhook: the environment has no variable " + name);
      }
    }
    if (!address.matches("https?://[^\\s]+")) {
      throw IngotException.invalid(
          policy + ": notify.webhook must begin with http:// or https://, or be secret:NAME");
    }
    return URI.create(address);
  }

  @Override
  public String toString() {
    return "notification on " + states;
  }
}
