package io.ingot.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.model.BoundedJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * {@code model.safetensors.index.json}: which shard holds which tensor.
 *
 * @param shards plain file names by tensor name, in the order of the file
 */
record ShardIndex(SequencedMap<String, String> shards) {
  /** Letters, digits, dot, dash and underscore only: nothing that could leave the folder. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,254}");

  static ShardIndex read(Path file) {
    JsonNode map = BoundedJson.read(file).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw IngotException.invalid(file + " has no weight_map; it is no index of shards");
    }
    SequencedMap<String, String> shards = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().asText("");
      if (!PLAIN.matcher(shard).matches() || !shard.endsWith(".safetensors")) {
        throw IngotException.invalid(
            "%s maps tensor '%s' to '%s'; a shard must be the plain name of a .safetensors file beside it"
                .formatted(file, entry.getKey(), shard));
      }
      shards.put(entry.getKey(), shard);
    }
    return new ShardIndex(shards);
  }
}
