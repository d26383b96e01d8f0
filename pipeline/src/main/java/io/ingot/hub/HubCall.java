package io.ingot.hub;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A request as it is meant; it may be sent several times.
 *
 * @param headers without Authorization
 * @param body made anew for every try
 * @param authorized whether the token may go along, where the address belongs to the endpoint
 * @param timeout until the answer begins; empty for that of the configuration
 */
record HubCall(
    String method,
    URI uri,
    Map<String, String> headers,
    Supplier<BodyPublisher> body,
    boolean authorized,
    Optional<Duration> timeout) {
  static HubCall get(URI uri) {
    return of("GET", uri, BodyPublishers::noBody);
  }

  static HubCall of(String method, URI uri, Supplier<BodyPublisher> body) {
    return new HubCall(method, uri, Map.of(), body, true, Optional.empty());
  }

  static HubCall json(String method, URI uri, String document) {
    return of(method, uri, () -> BodyPublishers.ofString(document))
        .with("Content-Type", "application/json");
  }

  HubCall with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HubCall(method, uri, more, body, authorized, timeout);
  }

  HubCall withTimeout(Duration limit) {
    return new HubCall(method, uri, headers, body, authorized, Optional.of(limit));
  }

  HubCall anonymous() {
    return new HubCall(method, uri, headers, body, false, timeout);
  }
}
