package io.ingot.card;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code card.json}: the list of exactly what is published, which a reviewer approves together with
 * the card. Not published itself.
 *
 * @param format {@link #FORMAT}
 * @param score of the lint
 */
public record CardFolder(
    String format, String title, String license, int score, List<Entry> files) {
  public static final String FORMAT = "ingot/card/v1";
  public static final String NAME = "card.json";

  /** Artifact name of files that lie in the card's own folder. */
  public static final String OWN = "";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * A file of the release.
   *
   * @param path in the repository
   * @param artifact name of the artifact that it lies in, or {@link #OWN}
   * @param source path there
   */
  public record Entry(String path, String artifact, String source, long bytes, String sha256) {}

  /** Reads the list of a card folder. */
  public static CardFolder read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      throw IngotException.notFound(folder + " is no card: it holds no " + NAME);
    }
    try {
      CardFolder card = JSON.readValue(Files.readString(file), CardFolder.class);
      if (!FORMAT.equals(card.format())) {
        throw IngotException.invalid(file + ": \"format\" is not \"" + FORMAT + "\"");
      }
      return card;
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(file + ": " + e.getOriginalMessage());
    }
  }

  public void write(Path folder) throws IOException {
    Files.writeString(folder.resolve(NAME), JSON.writeValueAsString(this) + "\n");
  }
}
