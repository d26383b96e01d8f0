package io.ingot.gguf.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.ingot.error.IngotException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are special, which are added to every text, and the normalizer's flags: the class
 * SpecialVocab of gguf-py. Ids and flags are written in the order in which they were found.
 */
final class SpecialTokens {
  private static final Map<String, String> ID_KEYS =
      Map.of(
          "bos", "bos",
          "eos", "eos",
          "unk", "unknown",
          "sep", "seperator",
          "pad", "padding",
          "mask", "mask",
          "eot", "eot",
          "eom", "eom");

  private final List<String> kinds =
      new ArrayList<>(List.of("bos", "eos", "unk", "sep", "pad", "cls", "mask"));
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final Map<String, Boolean> flags = new LinkedHashMap<>();
  private final int limit;
  private @Nullable Boolean lowercase;
  private @Nullable Boolean stripAccents;

  private SpecialTokens(int limit) {
    this.limit = limit;
  }

  /**
   * Reads tokenizer.json, tokenizer_config.json and config.json.
   *
   * @param limit ids from here on are ignored
   */
  static SpecialTokens read(Path folder, int limit) {
    SpecialTokens special = new SpecialTokens(limit);
    Optional<ObjectNode> tokenizer = JsonFile.find(folder.resolve("tokenizer.json"));
    Optional<ObjectNode> config = JsonFile.find(folder.resolve("tokenizer_config.json"));
    tokenizer.ifPresent(json -> special.readTokenizer(json, config.orElse(null)));
    config.ifPresent(
        json ->
            special.readConfig(
                json, tokenizer.map(t -> t.path("added_tokens")).orElse(json.path("absent"))));
    JsonFile.find(folder.resolve("config.json")).ifPresent(special::readIds);
    return special;
  }

  private void readTokenizer(ObjectNode tokenizer, @Nullable ObjectNode config) {
    normalizer(tokenizer.path("normalizer"));
    Specials named = new Specials(config);
    JsonNode post = tokenizer.path("post_processor");
    if (!post.isObject()) {
      return;
    }
    for (JsonNode processor : post.has("processors") ? post.get("processors") : List.of(post)) {
      switch (processor.path("type").asText()) {
        case "RobertaProcessing" -> {
          flags.put("bos", true);
          flags.put("eos", true);
          flags.put("sep", true);
          named.offer("cls", processor.path("cls").path(0));
          named.offer("sep", processor.path("sep").path(0));
        }
        case "TemplateProcessing" -> template(processor, named);
        default -> {
          // Others add no tokens.
        }
      }
    }
  }

  /** The special tokens of tokenizer_config.json, which a template may complete. */
  private static final class Specials {
    private final @Nullable ObjectNode config;
    private final Map<String, String> unconfigured = new LinkedHashMap<>();

    Specials(@Nullable ObjectNode config) {
      this.config = config;
      if (config != null) {
        copyIfMissing("bos_token", "cls_token");
        copyIfMissing("eos_token", "sep_token");
      }
    }

    private void copyIfMissing(String key, String other) {
      if (config != null && isAbsent(config.get(key)) && !isAbsent(config.get(other))) {
        config.set(key, config.get(other));
      }
    }

    private static boolean isAbsent(@Nullable JsonNode node) {
      return node == null || node.isNull() || node.isTextual() && node.asText().isEmpty();
    }

    boolean isConfigured() {
      return config != null && !config.isEmpty();
    }

    boolean has(String kind) {
      return config == null
          ? unconfigured.containsKey(kind)
          : !isAbsent(config.get(kind + "_token"));
    }

    /** Compares as the reference does: a token given as an object never equals a text. */
    boolean is(String kind, String token) {
      JsonNode node = config == null ? null : config.get(kind + "_token");
      return node == null
          ? token.equals(unconfigured.get(kind))
          : node.isTextual() && node.asText().equals(token);
    }

    void set(String kind, JsonNode token) {
      if (config != null) {
        config.set(kind + "_token", token);
      }
    }

    void setText(String kind, String token) {
      if (config == null) {
        unconfigured.put(kind, token);
      } else {
        config.put(kind + "_token", token);
      }
    }

    void offer(String kind, JsonNode token) {
      if (isConfigured() && !has(kind) && token.isTextual()) {
        set(kind, token);
      }
    }

    JsonNode get(String kind) {
      JsonNode node = config == null ? null : config.get(kind + "_token");
      return node == null ? TextNode.valueOf("") : node;
    }
  }

  private void template(JsonNode processor, Specials named) {
    JsonNode single = processor.path("single");
    String first = "";
    String last = "";
    if (single.size() > 1) {
      first = specialToken(single.path(0));
      if (!first.isEmpty()) {
        leading(first, named);
      }
      last = specialToken(single.path(single.size() - 1));
      if (!last.isEmpty()) {
        trailing(last, named);
      }
    }
    pair(processor.path("pair"), first, last, named);
  }

  private void leading(String first, Specials named) {
    if (!named.isConfigured()) {
      named.setText("bos", first);
    } else if (!named.is("bos", first) && !named.is("cls", first)) {
      if (!named.has("bos")) {
        named.setText("bos", first);
      }
      if (!named.has("cls")) {
        named.setText("cls", first);
      }
    }
    flags.put("bos", named.is("bos", first) || named.is("cls", first));
  }

  private void trailing(String last, Specials named) {
    if (!named.isConfigured()) {
      named.setText("eos", last);
    } else if (!named.is("eos", last)) {
      // The old end of text goes on as end of turn, then as end of message.
      for (String kind : List.of("eot", "eom")) {
        if (!kinds.contains(kind)) {
          kinds.add(kind);
          named.set(kind, named.get("eos"));
          break;
        }
      }
      named.setText("eos", last);
    }
    flags.put("eos", named.is("eos", last));
  }

  private void pair(JsonNode pair, String first, String last, Specials named) {
    List<JsonNode> items = new ArrayList<>();
    pair.forEach(items::add);
    if (items.isEmpty()) {
      return;
    }
    if (!first.isEmpty() && specialToken(items.getFirst()).equals(first)) {
      items.removeFirst();
    }
    if (!last.isEmpty() && !items.isEmpty() && specialToken(items.getLast()).equals(last)) {
      items.removeLast();
    }
    if (items.size() < 3
        || !sequence(items.getFirst()).equals("A")
        || !sequence(items.getLast()).equals("B")) {
      return;
    }
    List<JsonNode> middle = items.subList(1, items.size() - 1);
    Predicate<String> separates = token -> named.is("sep", token) || named.is("eos", token);
    boolean separator = false;
    String one = specialToken(middle.getFirst());
    if (!one.isEmpty() && separates.test(one) && last.isEmpty()) {
      separator = true;
    }
    if (middle.size() == 2) {
      String two = specialToken(middle.get(1));
      if (!two.isEmpty() && separates.test(two)) {
        separator = true;
      }
    }
    flags.put("sep", separator);
    if (separator && named.isConfigured() && !named.has("sep")) {
      named.set("sep", named.get("eos"));
    }
  }

  private static String specialToken(JsonNode item) {
    return item.path("SpecialToken").path("id").asText("");
  }

  private static String sequence(JsonNode item) {
    return item.path("Sequence").path("id").asText("");
  }

  private void readConfig(ObjectNode config, JsonNode added) {
    for (String kind : kinds) {
      JsonNode flag = config.path("add_" + kind + "_token");
      if (flag.isBoolean()) {
        flags.put(kind, flag.asBoolean());
      }
      JsonNode token = config.path(kind + "_token");
      JsonNode content = token.isTextual() ? token : token.path("content");
      if (content.isTextual()) {
        for (JsonNode entry : added) {
          if (entry.path("content").asText().equals(content.asText())) {
            offer(kind, entry.path("id"));
            break;
          }
        }
      }
    }
  }

  private void readIds(ObjectNode config) {
    for (String kind : kinds) {
      JsonNode id = config.path(kind + "_token_id");
      if (id.isMissingNode() || id.isNull()) {
        id = config.path("text_config").path(kind + "_token_id");
      }
      offer(kind, id);
    }
  }

  private void offer(String kind, JsonNode id) {
    if (!id.isIntegralNumber()) {
      return;
    }
    if (id.longValue() < 0) {
      throw IngotException.invalid(
          "the id of the special token '" + kind + "' is " + id + "; ids begin at 0");
    }
    if (id.longValue() < limit) {
      ids.putIfAbsent(kind, id.intValue());
    }
  }

  private void normalizer(JsonNode normalizer) {
    switch (normalizer.path("type").asText()) {
      case "Lowercase" -> lowercase = true;
      case "StripAccents" -> stripAccents = true;
      case "BertNormalizer" -> {
        lowercase = flag(normalizer.path("lowercase"), lowercase);
        stripAccents = flag(normalizer.path("strip_accents"), stripAccents);
      }
      case "Sequence" -> normalizer.path("normalizers").forEach(this::normalizer);
      default -> {
        // No flag for it.
      }
    }
  }

  private static @Nullable Boolean flag(JsonNode node, @Nullable Boolean known) {
    return node.isMissingNode() ? known : node.isNull() ? null : Boolean.valueOf(node.asBoolean());
  }

  void writeIds(KeyValues out) {
    ids.forEach(
        (kind, id) -> {
          String key = ID_KEYS.get(kind);
          if (key != null) {
            out.u32("tokenizer.ggml." + key + "_token_id", id);
          }
        });
    flags.forEach(
        (kind, flag) -> {
          if (kind.equals("bos") || kind.equals("eos") || kind.equals("sep")) {
            out.flag("tokenizer.ggml.add_" + kind + "_token", flag);
          }
        });
  }

  void writeNormalizer(KeyValues out) {
    if (lowercase != null) {
      out.flag("tokenizer.ggml.normalizer.lowercase", lowercase);
    }
    if (stripAccents != null) {
      out.flag("tokenizer.ggml.normalizer.strip_accents", stripAccents);
    }
  }
}
