package io.ingot.hub.server;

import java.util.Optional;

/** An answer that refuses, as the Hub words it. */
final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Optional<String> code;

  ApiError(int status, Optional<String> code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  int status() {
    return status;
  }

  /** {@code X-Error-Code}. */
  Optional<String> code() {
    return code;
  }

  static ApiError badRequest(String message) {
    return new ApiError(400, Optional.empty(), message);
  }

  static ApiError unauthorized(String message) {
    return new ApiError(401, Optional.empty(), message);
  }

  static ApiError conflict(String message) {
    return new ApiError(409, Optional.empty(), message);
  }

  static ApiError unprocessable(String message) {
    return new ApiError(422, Optional.empty(), message);
  }

  static ApiError noRepository() {
    return new ApiError(404, Optional.of("RepoNotFound"), "Repository not found");
  }

  static ApiError noRevision(String revision) {
    return new ApiError(404, Optional.of("RevisionNotFound"), "Invalid rev id: " + revision);
  }

  static ApiError noEntry(String path) {
    return new ApiError(404, Optional.of("EntryNotFound"), "Entry not found: " + path);
  }

  static ApiError noRoute() {
    return new ApiError(404, Optional.empty(), "This Hub has no such address");
  }
}
