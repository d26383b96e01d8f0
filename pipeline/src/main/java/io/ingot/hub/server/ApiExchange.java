package io.ingot.hub.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request and its answer, without the details of the HTTP server. */
final class ApiExchange {
  private static final int JSON_LIMIT = 16 << 20;

  static final ObjectMapper JSON =
      new ObjectMapper(
          com.fasterxml.jackson.core.JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(256 << 20).build())
              .build());

  private final HttpExchange http;
  private final List<String> segments;
  private final Map<String, List<String>> query;

  ApiExchange(HttpExchange http) {
    this.http = http;
    this.segments =
        Arrays.stream(http.getRequestURI().getRawPath().substring(1).split("/", -1))
            .map(ApiExchange::decode)
            .toList();
    this.query = form(Optional.ofNullable(http.getRequestURI().getRawQuery()).orElse(""));
  }

  String method() {
    return http.getRequestMethod();
  }

  /** The decoded parts of the path. */
  List<String> segments() {
    return segments;
  }

  Optional<String> query(String name) {
    return query.getOrDefault(name, List.of()).stream().findFirst();
  }

  boolean queryFlag(String name) {
    return query(name).filter(v -> v.equalsIgnoreCase("true") || v.equals("1")).isPresent();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(http.getRequestHeaders().getFirst(name));
  }

  InputStream body() {
    return http.getRequestBody();
  }

  /** The body as a JSON object. */
  JsonNode json() throws IOException {
    try {
      JsonNode node = JSON.readTree(limitedBody());
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // told below
    }
    throw ApiError.badRequest("the body is no JSON object");
  }

  /** The body as form fields, also when it is JSON. */
  Map<String, List<String>> form() throws IOException {
    byte[] bytes = limitedBody();
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!text.stripLeading().startsWith("{")) {
      return form(text);
    }
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : JSON.readTree(text).properties()) {
      List<String> values = fields.computeIfAbsent(field.getKey(), k -> new ArrayList<>());
      if (field.getValue().isArray()) {
        field.getValue().forEach(v -> values.add(v.asText()));
      } else {
        values.add(field.getValue().asText());
      }
    }
    return fields;
  }

  void answerHeader(String name, String value) {
    http.getResponseHeaders().set(name, value.replaceAll("[^\\x20-\\x7e]", "?"));
  }

  void answer(int status, JsonNode body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    answerHeader("Content-Type", "application/json; charset=utf-8");
    if (method().equals("HEAD")) {
      answerHeader("Content-Length", Integer.toString(bytes.length));
      http.sendResponseHeaders(status, -1);
      return;
    }
    http.sendResponseHeaders(status, bytes.length);
    http.getResponseBody().write(bytes);
  }

  void answerEmpty(int status) throws IOException {
    http.sendResponseHeaders(status, -1);
  }

  /** Begins an answer of {@code length} bytes; null for HEAD, which has none. */
  Optional<OutputStream> answerStream(int status, long length) throws IOException {
    if (method().equals("HEAD") || length == 0) {
      answerHeader("Content-Length", Long.toString(length));
      http.sendResponseHeaders(status, -1);
      return Optional.empty();
    }
    http.sendResponseHeaders(status, length);
    return Optional.of(http.getResponseBody());
  }

  /** {@code http://HOST:PORT} as the caller knows it. */
  String base(String own) {
    return header("Host")
        .filter(h -> h.matches("[A-Za-z0-9.-]+(?::\\d{1,5})?|\\[[0-9a-fA-F:]+](?::\\d{1,5})?"))
        .map(h -> "http://" + h)
        .orElse(own);
  }

  /** The path with another query. */
  String pathWith(String newQuery) {
    return http.getRequestURI().getRawPath() + "?" + newQuery;
  }

  String rawQuery() {
    return Optional.ofNullable(http.getRequestURI().getRawQuery()).orElse("");
  }

  private byte[] limitedBody() throws IOException {
    byte[] bytes = http.getRequestBody().readNBytes(JSON_LIMIT + 1);
    if (bytes.length > JSON_LIMIT) {
      throw new ApiError(413, Optional.empty(), "the body is too large");
    }
    return bytes;
  }

  private static Map<String, List<String>> form(String text) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (String pair : text.split("&")) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        fields.computeIfAbsent(decodeForm(name), k -> new ArrayList<>()).add(decodeForm(value));
      }
    }
    return fields;
  }

  private static String decode(String segment) {
    return decodeForm(segment.replace("+", "%2B"));
  }

  private static String decodeForm(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw ApiError.badRequest("the address is not encoded properly");
    }
  }
}
