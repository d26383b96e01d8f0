package io.ingot.hub;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Addresses of the Hub's API: revisions are encoded whole, file paths part by part. */
final class HubUrls {
  private final String endpoint;

  HubUrls(URI endpoint) {
    this.endpoint = endpoint.toString();
  }

  URI api(String tail) {
    return URI.create(endpoint + "/api/" + tail);
  }

  URI repo(RepoId repo, String tail) {
    return api(repo.type().plural() + "/" + repo.name() + tail);
  }

  URI resolve(RepoId repo, String revision, String path) {
    return URI.create(
        endpoint + "/" + prefixed(repo) + "/resolve/" + encode(revision) + "/" + encodePath(path));
  }

  URI lfsBatch(RepoId repo) {
    return URI.create(endpoint + "/" + prefixed(repo) + ".git/info/lfs/objects/batch");
  }

  /** {@code org/name}, with {@code datasets/} in front for a dataset. */
  static String prefixed(RepoId repo) {
    return (repo.type() == RepoId.Type.MODEL ? "" : repo.type().plural() + "/") + repo.name();
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("%7E", "~");
  }

  static String encodePath(String path) {
    return Arrays.stream(path.split("/", -1)).map(HubUrls::encode).collect(Collectors.joining("/"));
  }

  /** An address as servers send it, also where they forgot to encode a space or a letter. */
  static URI lenient(String address) {
    try {
      return URI.create(address.strip());
    } catch (IllegalArgumentException e) {
      StringBuilder encoded = new StringBuilder();
      for (byte b : address.strip().getBytes(StandardCharsets.UTF_8)) {
        int c = b & 0xff;
        encoded.append(
            c <= 0x20 || c >= 0x7f || "\"<>\\^`{|}".indexOf(c) >= 0
                ? String.format("%%%02X", c)
                : String.valueOf((char) c));
      }
      return URI.create(encoded.toString());
    }
  }
}
