package io.ingot.hub.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Who may do what: with a token, writing and private repositories are for its bearer only; without
 * one, this Hub is open.
 */
final class Access {
  static final String USER = "ingot";

  private final Optional<byte[]> token;

  Access(Optional<String> token) {
    this.token = token.map(t -> t.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether the caller may write and see what is private.
   *
   * @throws ApiError 401 when a token came and it is the wrong one
   */
  boolean isOwner(ApiExchange exchange) {
    if (token.isEmpty()) {
      return true;
    }
    Optional<String> given =
        exchange
            .header("Authorization")
            .filter(h -> h.regionMatches(true, 0, "Bearer ", 0, 7))
            .map(h -> h.substring(7).strip());
    if (given.isEmpty()) {
      return false;
    }
    if (!MessageDigest.isEqual(token.get(), given.get().getBytes(StandardCharsets.UTF_8))) {
      throw ApiError.unauthorized("Invalid credentials in Authorization header");
    }
    return true;
  }

  /**
   * Ends the request of a caller who may not write.
   *
   * @throws ApiError 401
   */
  void requireOwner(ApiExchange exchange) {
    if (!isOwner(exchange)) {
      throw ApiError.unauthorized("This Hub wants its token for that");
    }
  }
}
