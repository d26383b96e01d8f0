package io.ingot.merge.recipe;

import io.ingot.merge.recipe.TokenizerRecipe.Row;
import io.ingot.merge.recipe.TokenizerRecipe.Source;
import io.ingot.merge.recipe.TokenizerRecipe.TokenRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code tokenizer} and {@code tokenizer_source}. */
final class TokenizerReader {
  private TokenizerReader() {}

  static TokenizerRecipe legacy(YamlNode node) {
    return new TokenizerRecipe(source(node), Map.of(), Optional.empty());
  }

  static TokenizerRecipe read(YamlNode node) {
    Map<String, YamlNode> keys = node.map();
    YamlNode.rejectUnknown(keys, List.of("source", "tokens", "pad_to_multiple_of"));
    Map<String, TokenRule> tokens = new LinkedHashMap<>();
    RecipeReader.optional(keys, "tokens")
        .ifPresent(t -> t.map().forEach((token, rule) -> tokens.put(token, rule(rule))));
    Optional<Integer> pad =
        RecipeReader.optional(keys, "pad_to_multiple_of")
            .flatMap(
                p -> {
                  double number = RecipeReader.whole(p).orElse(0);
                  if (number < 1 || number > 1 << 20) {
                    p.error("expected a whole number of 1 or more");
                    return Optional.empty();
                  }
                  return Optional.of((int) number);
                });
    return new TokenizerRecipe(
        RecipeReader.optional(keys, "source")
            .map(TokenizerReader::source)
            .orElse(new Source.Union()),
        tokens,
        pad);
  }

  private static Source source(YamlNode node) {
    if (node.isScalar()) {
      String text = RecipeReader.orEmpty(node.text());
      if (text.equals("union")) {
        return new Source.Union();
      }
      if (text.equals("base")) {
        return new Source.Base();
      }
    }
    return new Source.Of(RecipeReader.modelRef(node));
  }

  private static TokenRule rule(YamlNode node) {
    Map<String, YamlNode> keys = node.map();
    YamlNode.rejectUnknown(keys, List.of("source", "force"));
    boolean force =
        RecipeReader.optional(keys, "force").map(f -> f.number().orElse(0) != 0).orElse(false);
    return new TokenRule(RecipeReader.optional(keys, "source").map(TokenizerReader::row), force);
  }

  private static Row row(YamlNode node) {
    if (!node.isMap()) {
      return new Row.Same(RecipeReader.modelRef(node));
    }
    Map<String, YamlNode> keys = node.map();
    String kind =
        RecipeReader.optional(keys, "kind").map(k -> RecipeReader.orEmpty(k.text())).orElse("");
    switch (kind) {
      case "zero" -> {
        YamlNode.rejectUnknown(keys, List.of("kind"));
        return new Row.Zero();
      }
      case "model_token" -> {
        YamlNode.rejectUnknown(keys, List.of("kind", "model", "token", "token_id"));
        Optional<String> token =
            RecipeReader.optional(keys, "token").map(t -> RecipeReader.orEmpty(t.text()));
        Optional<Integer> id =
            RecipeReader.optional(keys, "token_id")
                .map(t -> (int) RecipeReader.whole(t).orElse(-1));
        if (token.isPresent() == id.isPresent()) {
          node.error("a model_token needs exactly one of 'token' and 'token_id'");
        }
        if (!RecipeReader.present(keys, "model")) {
          node.error("a model_token needs 'model'");
          return new Row.Zero();
        }
        return new Row.Token(RecipeReader.modelRef(RecipeReader.child(keys, "model")), token, id);
      }
      case "" -> {
        return new Row.Same(RecipeReader.modelRef(node));
      }
      default -> {
        node.error("unknown kind '" + kind + "'; known: zero, model_token");
        return new Row.Zero();
      }
    }
  }
}
