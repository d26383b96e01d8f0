package io.ingot.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * What an artifact holds and how it came to be; {@code manifest.json} in its root, written last.
 *
 * @param format {@link #FORMAT}
 * @param digest name of the artifact, see {@link ContentDigest}
 * @param kind kind of the step that made it
 * @param version version of that kind
 * @param inputs digests by role
 * @param tools versions by name
 * @param created ISO time
 * @param seconds the work took
 * @param files all files but the manifest, sorted by path
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
    String format,
    String digest,
    String kind,
    int version,
    JsonNode parameters,
    SortedMap<String, String> inputs,
    SortedMap<String, String> tools,
    String created,
    double seconds,
    List<StoredFile> files) {
  public static final String FORMAT = "ingot/artifact/v1";
  public static final String NAME = "manifest.json";

  private static final long MAX_BYTES = 64L << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * Reads the manifest of an artifact.
   *
   * @throws IngotException when there is none, or it is no manifest
   */
  public static Manifest read(Path artifact) throws IOException {
    Path file = artifact.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw IngotException.notFound(artifact + " is no artifact of Ingot: it holds no " + NAME);
    }
    if (Files.size(file) > MAX_BYTES) {
      throw IngotException.invalid(file + " is larger than " + MAX_BYTES + " bytes");
    }
    try {
      Manifest manifest = JSON.readValue(file.toFile(), Manifest.class);
      if (!FORMAT.equals(manifest.format()) || manifest.files() == null) {
        throw IngotException.invalid(
            file + " is no manifest: \"format\" is not \"" + FORMAT + "\"");
      }
      return manifest;
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(file + " is no manifest: " + e.getOriginalMessage());
    }
  }

  byte[] toJson() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
