package io.ingot.step.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.step.Parameters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Scores that were measured before, in this run or another: one file for each, named after the hash
 * of everything that the score depends on. So a model that joins others is measured alone, and an
 * evaluation that was stopped goes on behind its last score. A file that is damaged or of another
 * subject counts as missing; the folder may be emptied at any time.
 *
 * @param folder empty where nothing is remembered
 */
record ScoreBook(Optional<Path> folder) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The score of a subject on a suite.
   *
   * @param key everything that it depends on, digests of model and data included
   */
  Optional<Measurement.Score> find(ObjectNode key) throws IOException {
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    try {
      JsonNode entry = JSON.readTree(Files.readAllBytes(file(folder.get(), key)));
      boolean sound =
          entry != null
              && Parameters.canonical(key).equals(entry.path("key").asText())
              && entry.path("value").isNumber()
              && entry.path("rows").isInt();
      return sound
          ? Optional.of(
              new Measurement.Score(entry.get("value").doubleValue(), entry.get("rows").intValue()))
          : Optional.empty();
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  void keep(ObjectNode key, Measurement.Score score) throws IOException {
    if (folder.isEmpty()) {
      return;
    }
    ObjectNode entry = JSON.createObjectNode();
    entry.put("value", score.value()).put("rows", score.rows());
    entry.put("key", Parameters.canonical(key));
    Path file = file(folder.get(), key);
    Files.createDirectories(file.getParent());
    Path aside = Files.createTempFile(file.getParent(), "score", ".tmp");
    try {
      Files.write(aside, JSON.writeValueAsBytes(entry));
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static Path file(Path folder, ObjectNode key) {
    try {
      byte[] text = Parameters.canonical(key).getBytes(StandardCharsets.UTF_8);
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
      return folder.resolve(hash.substring(0, 2)).resolve(hash + ".json");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
