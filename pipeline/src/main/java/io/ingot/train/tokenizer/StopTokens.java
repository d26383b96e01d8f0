package io.ingot.train.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The tokens at which generation stops: {@code eos_token_id} of generation_config.json and of
 * config.json, and the tokenizer's EOS.
 */
public final class StopTokens {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StopTokens() {}

  /** Of a model folder; files that are not there add nothing. */
  public static Set<Integer> of(Path folder, Tokenizer tokenizer) {
    Set<Integer> stops = new LinkedHashSet<>();
    add(stops, json(folder.resolve("generation_config.json")));
    add(stops, json(folder.resolve("config.json")));
    tokenizer.eos().ifPresent(stops::add);
    return stops;
  }

  /** Of a model without a folder. */
  public static Set<Integer> of(JsonNode config, Tokenizer tokenizer) {
    Set<Integer> stops = new LinkedHashSet<>();
    add(stops, config);
    tokenizer.eos().ifPresent(stops::add);
    return stops;
  }

  private static void add(Set<Integer> stops, JsonNode config) {
    JsonNode ids = config.path("eos_token_id");
    if (ids.canConvertToInt()) {
      stops.add(ids.intValue());
    }
    for (JsonNode id : ids) {
      if (id.canConvertToInt()) {
        stops.add(id.intValue());
      }
    }
  }

  private static JsonNode json(Path file) {
    if (!Files.isRegularFile(file)) {
      return MAPPER.missingNode();
    }
    try {
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw IngotException.invalid(
          file + ":" + e.getLocation().getLineNr() + ": no valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw IngotException.failed("cannot read " + file + ": " + e);
    }
  }
}
