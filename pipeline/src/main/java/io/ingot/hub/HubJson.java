package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls of the API that answer JSON. Thread-safe. */
final class HubJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
  private static final int BODY_LIMIT = 64 << 20;
  private static final int PAGE_LIMIT = 10_000;

  private final HubHttp http;

  HubJson(HubHttp http) {
    this.http = http;
  }

  HubHttp http() {
    return http;
  }

  ObjectNode object() {
    return JSON.createObjectNode();
  }

  JsonNode send(HubCall call, Subject subject) {
    for (int failures = 1; ; failures++) {
      try (HubReply reply = http.insist(call, subject)) {
        return parse(reply);
      } catch (IOException e) {
        http.pauseOrGiveUp(failures, e, call.uri());
      }
    }
  }

  /** Follows {@code Link: <...>; rel="next"}, on the same host only. */
  void pages(URI first, Subject subject, Consumer<JsonNode> each) {
    URI uri = first;
    int failures = 0;
    for (int page = 0; page < PAGE_LIMIT; page++) {
      try (HubReply reply = http.insist(HubCall.get(uri), subject)) {
        each.accept(parse(reply));
        Matcher next = NEXT.matcher(reply.header("Link").orElse(""));
        if (!next.find()) {
          return;
        }
        URI following = reply.uri().resolve(HubUrls.lenient(next.group(1)));
        if (!HubHttp.sameOrigin(following, reply.uri())) {
          throw IngotException.failed(
              reply.uri().getHost() + " continues its listing at another host; refused");
        }
        uri = following;
        failures = 0;
      } catch (IOException e) {
        failures++;
        http.pauseOrGiveUp(failures, e, uri);
      }
    }
    throw IngotException.failed(first.getHost() + " sends a listing without end");
  }

  private JsonNode parse(HubReply reply) throws IOException {
    if (reply.isHtml()) {
      throw IngotException.unreachable(
          reply.uri().getHost()
              + " sent an HTML page where the Hub's API was expected (a proxy or a login page"
              + " between here and the Hub? HF_ENDPOINT?); it begins: "
              + HubRefusal.clean(reply.textBeginning(), http.config()),
          null);
    }
    InputStream body = reply.body();
    byte[] bytes = body.readNBytes(BODY_LIMIT + 1);
    if (bytes.length > BODY_LIMIT) {
      throw IngotException.failed(reply.uri().getHost() + " sent an answer without end");
    }
    try {
      JsonNode node = JSON.readTree(bytes);
      return node == null ? JSON.missingNode() : node;
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw IngotException.failed(
          reply.uri().getHost()
              + " answered "
              + reply.status()
              + " with something that is no JSON; is it a Hub?");
    }
  }
}
