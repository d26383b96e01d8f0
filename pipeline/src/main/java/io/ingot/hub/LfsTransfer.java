package io.ingot.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Sends the content of large files by the Git LFS batch protocol, transfers {@code basic} and
 * {@code multipart}. What the server has already is not sent again.
 */
final class LfsTransfer {
  private static final String MEDIA_TYPE = "application/vnd.git-lfs+json";
  private static final int BATCH = 100;

  /** Slower than this nobody waits for: bytes per second. */
  private static final long SLOWEST = 50_000;

  private final HubJson json;
  private final HubUrls urls;
  private final RepoId repo;
  private final String branch;
  private final LongConsumer progress;

  LfsTransfer(HubJson json, RepoId repo, String branch, LongConsumer progress) {
    this.json = json;
    this.urls = new HubUrls(json.http().config().endpoint());
    this.repo = repo;
    this.branch = branch;
    this.progress = progress;
  }

  void send(List<LocalFile> files) {
    Map<String, LocalFile> byOid =
        files.stream()
            .collect(Collectors.toMap(LocalFile::sha256, f -> f, (a, b) -> a, TreeMap::new));
    List<LocalFile> distinct = List.copyOf(byOid.values());
    for (int from = 0; from < distinct.size(); from += BATCH) {
      List<LocalFile> some = distinct.subList(from, Math.min(distinct.size(), from + BATCH));
      for (JsonNode object : batch(some)) {
        LocalFile file = byOid.get(object.path("oid").asText());
        if (file == null) {
          throw IngotException.failed(host() + " asks for an LFS object that nobody offered");
        }
        sendOne(file, object);
      }
    }
  }

  private JsonNode batch(List<LocalFile> files) {
    ObjectNode request = json.object();
    request.put("operation", "upload");
    request.putArray("transfers").add("basic").add("multipart");
    request.put("hash_algo", "sha256");
    request.putObject("ref").put("name", branch);
    ArrayNode objects = request.putArray("objects");
    files.forEach(f -> objects.addObject().put("oid", f.sha256()).put("size", f.size()));
    JsonNode answer =
        json.send(
            HubCall.json("POST", urls.lfsBatch(repo), request.toString())
                .with("Accept", MEDIA_TYPE)
                .with("Content-Type", MEDIA_TYPE),
            Subject.writing(repo));
    return answer.path("objects");
  }

  private void sendOne(LocalFile file, JsonNode object) {
    if (object.hasNonNull("error")) {
      throw IngotException.failed(
          host()
              + " does not take '"
              + file.upload().path()
              + "': "
              + HubRefusal.clean(
                  object.path("error").path("message").asText(), json.http().config()));
    }
    JsonNode upload = object.path("actions").path("upload");
    if (!upload.hasNonNull("href")) {
      progress.accept(file.size());
      return;
    }
    if (upload.path("header").has("chunk_size")) {
      multipart(file, upload);
    } else {
      HubCall put =
          HubCall.of("PUT", address(upload.path("href")), body(file, 0, file.size()))
              .anonymous()
              .withTimeout(patience(file.size()));
      for (Map.Entry<String, JsonNode> header : upload.path("header").properties()) {
        put =
            allowed(header.getKey()) ? put.with(header.getKey(), header.getValue().asText()) : put;
      }
      json.http().insist(put, Subject.writing(repo)).close();
    }
    JsonNode verify = object.path("actions").path("verify");
    if (verify.hasNonNull("href")) {
      ObjectNode request = json.object().put("oid", file.sha256()).put("size", file.size());
      json.http()
          .insist(
              HubCall.json("POST", address(verify.path("href")), request.toString())
                  .with("Accept", MEDIA_TYPE),
              Subject.writing(repo))
          .close();
    }
  }

  private void multipart(LocalFile file, JsonNode upload) {
    JsonNode header = upload.path("header");
    long chunk = header.path("chunk_size").asLong();
    TreeMap<Integer, URI> parts = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().matches("\\d{1,6}")) {
        parts.put(Integer.parseInt(entry.getKey()), address(entry.getValue()));
      }
    }
    if (chunk <= 0 || parts.size() != Math.ceilDiv(file.size(), chunk)) {
      throw IngotException.failed(
          String.format(
              Locale.ROOT,
              "%s wants '%s' in %d parts of %d bytes, which does not fit its %d bytes",
              host(),
              file.upload().path(),
              parts.size(),
              chunk,
              file.size()));
    }
    ObjectNode completion = json.object().put("oid", file.sha256());
    ArrayNode tags = completion.putArray("parts");
    long offset = 0;
    for (Map.Entry<Integer, URI> part : parts.entrySet()) {
      long length = Math.min(chunk, file.size() - offset);
      HubCall put =
          HubCall.of("PUT", part.getValue(), body(file, offset, length))
              .anonymous()
              .withTimeout(patience(length));
      try (HubReply reply = json.http().insist(put, Subject.writing(repo))) {
        String tag =
            reply
                .header("ETag")
                .orElseThrow(
                    () -> IngotException.failed(reply.uri().getHost() + " gave a part no ETag"));
        tags.addObject().put("partNumber", part.getKey()).put("etag", tag);
      }
      offset += length;
    }
    json.http()
        .insist(
            HubCall.json("POST", address(upload.path("href")), completion.toString())
                .with("Accept", MEDIA_TYPE)
                .with("Content-Type", MEDIA_TYPE),
            Subject.writing(repo))
        .close();
  }

  private UploadBody body(LocalFile file, long offset, long length) {
    return new UploadBody(file.upload().file(), offset, length, progress);
  }

  /** A mirror may pass on links of the Hub that it mirrors. */
  private URI address(JsonNode href) {
    String text = href.asText();
    String original = HubConfig.DEFAULT_ENDPOINT + "/";
    String here = json.http().config().endpoint() + "/";
    try {
      URI uri =
          HubUrls.lenient(
              text.startsWith(original) ? here + text.substring(original.length()) : text);
      if (uri.getHost() != null
          && ("https".equals(uri.getScheme())
              || ("http".equals(uri.getScheme())
                  && "http".equals(json.http().config().endpoint().getScheme())))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw IngotException.failed(host() + " sent an upload address that is none");
  }

  private static boolean allowed(String header) {
    return !header.equalsIgnoreCase("Content-Length")
        && !header.equalsIgnoreCase("Transfer-Encoding")
        && !header.equalsIgnoreCase("Host");
  }

  private static Duration patience(long bytes) {
    return Duration.ofSeconds(60 + bytes / SLOWEST);
  }

  private String host() {
    return json.http().config().endpoint().getHost();
  }
}
