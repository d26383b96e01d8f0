package io.ingot.transplant;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.merge.tokenizer.TokenizerFile;
import io.ingot.model.BoundedJson;
import io.ingot.model.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A vocabulary: what each id stands for, and what the special tokens are for.
 *
 * @param tokens by id, ascending
 * @param ids the lowest id of a form
 * @param roles ids by role, e.g. {@code eos_token}
 */
record TokenTable(List<Entry> tokens, Map<TokenForm, Integer> ids, Map<String, Integer> roles) {
  private static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /** A token; {@code role} is the first that it has. */
  record Entry(int id, String text, TokenForm form, Optional<String> role) {}

  /**
   * Reads the tokenizer of a model.
   *
   * @param name how the user calls the model
   * @throws IngotException INVALID without tokenizer.json, or with ids that no vocabulary has
   */
  static TokenTable of(Model model, String name) {
    Path folder =
        model
            .folder()
            .orElseThrow(
                () -> IngotException.invalid(name + " has no folder with a tokenizer.json"));
    if (!Files.isRegularFile(folder.resolve("tokenizer.json"))) {
      throw IngotException.invalid(
          name
              + " has no tokenizer.json, which says what its tokens are; save its tokenizer in the"
              + " fast format first");
    }
    TokenizerFile file = TokenizerFile.read(folder);
    Map<String, Integer> ids = file.ids();
    if (ids.isEmpty()) {
      throw IngotException.invalid(folder.resolve("tokenizer.json") + " holds no tokens");
    }
    Set<String> added = new HashSet<>();
    file.addedTokens().forEach(t -> added.add(t.path("content").asText()));
    Map<String, String> texts = roles(folder);
    Spelling spelling = Spelling.of(file.json(), ids.keySet());
    List<Entry> entries = new ArrayList<>();
    ids.forEach(
        (text, id) -> {
          TokenForm form = added.contains(text) ? TokenForm.ofText(text) : spelling.form(text);
          Optional<String> role = ROLES.stream().filter(r -> text.equals(texts.get(r))).findFirst();
          entries.add(new Entry(id, text, form, role));
        });
    entries.sort(Comparator.comparingInt(Entry::id));
    Map<TokenForm, Integer> forms = new HashMap<>();
    entries.forEach(e -> forms.putIfAbsent(e.form(), e.id()));
    Map<String, Integer> roles = new LinkedHashMap<>();
    texts.forEach(
        (role, text) -> {
          Integer id = ids.get(text);
          if (id != null) {
            roles.put(role, id);
          }
        });
    return new TokenTable(entries, forms, roles);
  }

  /** Texts of special tokens by role; tokenizer_config.json is the newer place. */
  private static Map<String, String> roles(Path folder) {
    Map<String, String> roles = new LinkedHashMap<>();
    for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      if (Files.isRegularFile(folder.resolve(name))) {
        ObjectNode json = BoundedJson.read(folder.resolve(name));
        for (String role : ROLES) {
          JsonNode token = json.path(role);
          String text = token.isObject() ? token.path("content").asText("") : token.asText("");
          if (!text.isEmpty() && !token.isNull()) {
            roles.putIfAbsent(role, text);
          }
        }
      }
    }
    return roles;
  }

  /** The number of rows that these tokens need. */
  int rows() {
    return tokens.getLast().id() + 1;
  }
}
