package io.ingot.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An answer after all redirects; its body is read once.
 *
 * @param uri the address that answered
 */
record HubReply(URI uri, int status, HttpHeaders headers, InputStream body)
    implements AutoCloseable {
  private static final int TEXT_LIMIT = 8192;

  boolean isSuccess() {
    return status / 100 == 2;
  }

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  OptionalLong contentLength() {
    return headers.firstValueAsLong("Content-Length");
  }

  /** Whether a person's page came instead of an answer. */
  boolean isHtml() {
    return header("Content-Type")
        .map(t -> t.toLowerCase(Locale.ROOT).startsWith("text/html"))
        .orElse(false);
  }

  /** The beginning of the body as text; empty when it cannot be read. */
  String textBeginning() {
    try {
      return new String(body.readNBytes(TEXT_LIMIT), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      // Nothing of it is wanted any more.
    }
  }
}
