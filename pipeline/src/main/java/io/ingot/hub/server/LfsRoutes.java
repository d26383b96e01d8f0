package io.ingot.hub.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Git LFS, transfer {@code basic}: a batch answers with signed addresses, for the upload itself
 * comes without the token.
 */
final class LfsRoutes {
  private static final Duration VALID = Duration.ofHours(24);

  private final ContentStore contents;
  private final byte[] key = new byte[32];

  LfsRoutes(ContentStore contents) {
    this.contents = contents;
    new SecureRandom().nextBytes(key);
  }

  void batch(ApiExchange exchange, String base) throws IOException {
    JsonNode request = exchange.json();
    if (!request.path("operation").asText().equals("upload")) {
      throw ApiError.badRequest("This Hub serves downloads by /resolve only");
    }
    ObjectNode answer = ApiExchange.JSON.createObjectNode();
    answer.put("transfer", "basic");
    ArrayNode objects = answer.putArray("objects");
    for (JsonNode object : request.path("objects")) {
      String oid = object.path("oid").asText();
      long size = object.path("size").asLong(-1);
      ObjectNode reply = objects.addObject().put("oid", oid).put("size", size);
      if (!ContentStore.isSha256(oid) || size < 0) {
        reply.putObject("error").put("code", 422).put("message", "no SHA-256 and size");
      } else if (!contents.has(oid, size)) {
        long expires = Instant.now().plus(VALID).getEpochSecond();
        String address = base + "/lfs/" + oid;
        ObjectNode actions = reply.putObject("actions");
        actions
            .putObject("upload")
            .put(
                "href",
                address
                    + "?size="
                    + size
                    + "&expires="
                    + expires
                    + "&signature="
                    + sign(oid, size, expires))
            .putObject("header");
        actions.putObject("verify").put("href", address + "/verify").putObject("header");
      }
    }
    exchange.answerHeader("Content-Type", "application/vnd.git-lfs+json");
    exchange.answer(200, answer);
  }

  void put(ApiExchange exchange, String oid) throws IOException {
    long size = number(exchange, "size");
    long expires = number(exchange, "expires");
    byte[] given = exchange.query("signature").orElse("").getBytes(StandardCharsets.US_ASCII);
    byte[] right = sign(oid, size, expires).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(given, right) || Instant.now().getEpochSecond() > expires) {
      throw new ApiError(403, Optional.empty(), "Request has expired or is not signed");
    }
    contents.put(exchange.body(), size, Optional.of(oid));
    exchange.answerHeader("ETag", "\"" + oid + "\"");
    exchange.answerEmpty(200);
  }

  void verify(ApiExchange exchange, String oid) throws IOException {
    JsonNode request = exchange.json();
    if (!oid.equals(request.path("oid").asText())
        || !contents.has(oid, request.path("size").asLong(-1))) {
      throw new ApiError(404, Optional.empty(), "The object is not there");
    }
    exchange.answer(200, ApiExchange.JSON.createObjectNode().put("success", true));
  }

  private static long number(ApiExchange exchange, String name) {
    return exchange
        .query(name)
        .filter(v -> v.matches("\\d{1,18}"))
        .map(Long::parseLong)
        .orElseThrow(() -> ApiError.badRequest("the address lacks " + name));
  }

  private String sign(String oid, long size, long expires) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] text = (oid + "\n" + size + "\n" + expires).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(mac.doFinal(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
