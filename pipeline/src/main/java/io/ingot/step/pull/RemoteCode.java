package io.ingot.step.pull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Path;

/** Models that ask for code of their repository: {@code auto_map} in config.json. */
final class RemoteCode {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RemoteCode() {}

  /**
   * Refuses a model that cannot be loaded without running its repository's code.
   *
   * @throws IngotException BLOCKED with {@code auto_map}, INVALID when the file is no JSON object
   */
  static void refuse(Path config, String model) {
    JsonNode node;
    try {
      node = JSON.readTree(config.toFile());
    } catch (IOException e) {
      throw IngotException.invalid("config.json of " + model + " is no JSON: " + shortened(e));
    }
    if (node == null || !node.isObject()) {
      throw IngotException.invalid("config.json of " + model + " is no JSON object");
    }
    if (node.hasNonNull("auto_map")) {
      throw IngotException.blocked(
          model
              + " asks to run code of its repository (auto_map in config.json: "
              + shortened(node.path("auto_map").toString())
              + "); remote code is never run. Use a model whose architecture is built in");
    }
  }

  private static String shortened(IOException e) {
    return shortened(String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
  }

  private static String shortened(String text) {
    return text.length() > 200 ? text.substring(0, 200) + "..." : text;
  }
}
