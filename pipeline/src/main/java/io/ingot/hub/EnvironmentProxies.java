package io.ingot.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Proxies as the variables {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code
 * NO_PROXY} name them, in either case; loopback is never proxied. Without them those of the JVM
 * hold.
 */
final class EnvironmentProxies extends ProxySelector {
  private final Map<String, String> environment;
  private final Optional<ProxySelector> otherwise;

  private EnvironmentProxies(Map<String, String> environment, Optional<ProxySelector> otherwise) {
    this.environment = environment;
    this.otherwise = otherwise;
  }

  static ProxySelector of(Map<String, String> environment) {
    return new EnvironmentProxies(environment, Optional.ofNullable(ProxySelector.getDefault()));
  }

  @Override
  public List<Proxy> select(URI uri) {
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    if (isLoopback(host) || isExcluded(host)) {
      return List.of(Proxy.NO_PROXY);
    }
    Optional<Proxy> proxy =
        variable(uri.getScheme() + "_proxy").or(() -> variable("all_proxy")).flatMap(this::parse);
    return proxy
        .map(List::of)
        .orElseGet(() -> otherwise.map(o -> o.select(uri)).orElse(List.of(Proxy.NO_PROXY)));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // The caller tells it.
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name))
        .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
        .map(String::strip)
        .filter(v -> !v.isEmpty());
  }

  private Optional<Proxy> parse(String text) {
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() == null) {
        return Optional.empty();
      }
      int port = uri.getPort() >= 0 ? uri.getPort() : 80;
      return Optional.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(uri.getHost(), port)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private boolean isExcluded(String host) {
    return variable("no_proxy")
        .map(
            list ->
                Arrays.stream(list.split(",")).map(String::strip).anyMatch(p -> matches(p, host)))
        .orElse(false);
  }

  private static boolean matches(String pattern, String host) {
    String plain = pattern.toLowerCase(Locale.ROOT);
    plain = plain.startsWith("*.") ? plain.substring(1) : plain;
    return plain.equals("*")
        || (!plain.isEmpty()
            && (host.equals(plain.startsWith(".") ? plain.substring(1) : plain)
                || host.endsWith(plain.startsWith(".") ? plain : "." + plain)));
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }
}
