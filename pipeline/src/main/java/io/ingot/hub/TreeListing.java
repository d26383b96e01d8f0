package io.ingot.hub;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Listings of a commit: pages of the API's {@code tree}, and the document {@code trees/COMMIT.json}
 * of the cache, written as huggingface_hub's {@code _tree_cache.py} (format version 1) writes it.
 */
final class TreeListing {
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final int FORMAT_VERSION = 1;

  /** Python's {@code json.dump(..., indent=1)}. */
  private static final JsonMapper PYTHON =
      JsonMapper.builder()
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .defaultPrettyPrinter(
              new DefaultPrettyPrinter(
                      Separators.createDefaultInstance()
                          .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                          .withObjectEmptySeparator(""))
                  .withObjectIndenter(new DefaultIndenter(" ", "\n")))
          .build();

  private static final Comparator<RepoFile> BY_CODE_POINTS =
      (a, b) ->
          Arrays.compareUnsigned(
              a.path().getBytes(StandardCharsets.UTF_8), b.path().getBytes(StandardCharsets.UTF_8));

  private TreeListing() {}

  /**
   * The files of one page of the API.
   *
   * @throws IngotException FAILED when the page is none
   */
  static List<RepoFile> ofPage(JsonNode page, String where) {
    if (!page.isArray()) {
      throw IngotException.failed(where + " sent a listing that is no array");
    }
    List<RepoFile> files = new ArrayList<>();
    for (JsonNode entry : page) {
      if (!entry.path("type").asText("file").equals("file")) {
        continue;
      }
      JsonNode lfs = entry.path("lfs");
      Optional<String> sha256 =
          lfs.isObject()
              ? Optional.of(lfs.path("oid").asText(lfs.path("sha256").asText()))
              : Optional.empty();
      files.add(
          file(
              entry.path("path").asText(),
              lfs.path("size").asLong(entry.path("size").asLong(-1)),
              entry.path("oid").asText(),
              sha256,
              where));
    }
    return files;
  }

  /** The content of {@code trees/COMMIT.json}; empty where its format is another. */
  static Optional<List<RepoFile>> read(byte[] document, String where) {
    try {
      JsonNode root = PYTHON.readTree(document);
      if (root == null || root.path("format_version").asInt() != FORMAT_VERSION) {
        return Optional.empty();
      }
      List<RepoFile> files = new ArrayList<>();
      for (Map.Entry<String, JsonNode> entry : root.path("files").properties()) {
        JsonNode f = entry.getValue();
        Optional<String> sha256 =
            Optional.ofNullable(f.get("lfs_sha256"))
                .map(JsonNode::asText)
                .filter(s -> !s.isEmpty());
        long size = f.path("lfs_size").asLong(f.path("size").asLong(-1));
        files.add(file(entry.getKey(), size, f.path("blob_id").asText(), sha256, where));
      }
      return Optional.of(files);
    } catch (IOException | IngotException e) {
      return Optional.empty();
    }
  }

  static byte[] write(List<RepoFile> files) throws IOException {
    ObjectNode root = PYTHON.createObjectNode();
    root.put("format_version", FORMAT_VERSION);
    ObjectNode all = root.putObject("files");
    for (RepoFile file : files.stream().sorted(BY_CODE_POINTS).toList()) {
      ObjectNode entry = all.putObject(file.path());
      entry.put("size", file.size());
      entry.put("blob_id", file.gitOid());
      if (file.sha256().isPresent()) {
        entry.put("lfs_sha256", file.sha256().get());
        entry.put("lfs_size", file.size());
      }
    }
    return PYTHON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  private static RepoFile file(
      String path, long size, String oid, Optional<String> sha256, String where) {
    if (!SHA1.matcher(oid).matches()
        || sha256.filter(s -> !SHA256.matcher(s).matches()).isPresent()
        || size < 0) {
      throw IngotException.failed(
          where + " lists the file '" + path + "' without a proper object id and size");
    }
    return new RepoFile(path, size, oid, sha256);
  }
}
