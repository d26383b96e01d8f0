package io.ingot.train.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.gguf.GgufTokenizer;
import io.ingot.train.GoldenSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final Path TINY =
      Path.of(System.getProperty("ingot.root"), "jobs/quickstart/hub/ingot/tiny-base");

  @TempDir Path folder;

  @Test
  void specialTokensAndTemplate() {
    try (Tokenizer tokenizer = Tokenizer.load(TINY)) {
      assertThat(tokenizer.eos()).hasValue(2);
      assertThat(tokenizer.pad()).hasValue(0);
      assertThat(tokenizer.bos()).isEmpty();
      assertThat(tokenizer.specialIds()).containsExactly(0, 1, 2);
      assertThat(tokenizer.size()).isEqualTo(1024);
      assertThat(tokenizer.chatTemplate()).hasValueSatisfying(t -> assertThat(t).contains("{%"));
      assertThat(StopTokens.of(TINY, tokenizer)).containsExactly(2, 0);
    }
  }

  @Test
  void aLoneSurrogateKeepsPlacesInTheText() {
    try (Tokenizer tokenizer = Tokenizer.load(TINY)) {
      TokenizedText tokens = tokenizer.encode("a\ud800b", false);
      assertThat(tokens.starts()[tokens.length() - 1]).isEqualTo(2);
      assertThat(tokenizer.decode(tokens.ids(), false)).isEqualTo("a\uFFFDb");
    }
  }

  @Test
  void aTruncationInTheFileIsNotHeeded() throws IOException {
    copy(TINY);
    ObjectNode json = (ObjectNode) GoldenSet.JSON.readTree(file("tokenizer.json").toFile());
    json.putObject("truncation")
        .put("direction", "Right")
        .put("max_length", 3)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    Files.writeString(file("tokenizer.json"), json.toString());
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.ids("one two three four five six", false)).hasSizeGreaterThan(6);
    }
  }

  @Test
  void tokensThatOnlyTheConfigurationDeclaresAreAdded() throws IOException {
    copy(TINY);
    ObjectNode config =
        (ObjectNode) GoldenSet.JSON.readTree(file("tokenizer_config.json").toFile());
    ((ObjectNode) config.get("added_tokens_decoder"))
        .putObject("1024")
        .put("content", "<|tool|>")
        .put("special", true);
    Files.writeString(file("tokenizer_config.json"), config.toString());
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.ids("<|tool|>", false)).containsExactly(1024);
      assertThat(tokenizer.size()).isEqualTo(1025);
    }
  }

  @Test
  void aTemplateFileGoesBeforeTheConfiguration() throws IOException {
    copy(TINY);
    Files.writeString(file("chat_template.jinja"), "from the file");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.chatTemplate()).hasValue("from the file");
    }
  }

  @Test
  void errorsNameFileAndReason() throws IOException {
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOfSatisfying(
            IngotException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND))
        .hasMessageContaining("no tokenizer.json in " + folder);
    Files.writeString(file("tokenizer.json"), "{\n \"model\": {");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessageStartingWith(file("tokenizer.json") + ":2:")
        .hasMessageContaining("no valid JSON");
    Files.writeString(file("tokenizer.json"), "{\"model\": {\"type\": \"Nonsense\"}}");
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .hasMessageContaining("is no tokenizer that can be used");
  }

  @Test
  void byteLevelTokenizersComeBackFromGguf() throws IOException {
    for (String name : List.of("bytelevel_bpe_chatml")) {
      Path golden = GoldenSet.area("tokenizer").resolve(name);
      roundTrip(golden, gguf(golden, "gpt2", "qwen2", false));
    }
  }

  @Test
  void sentencePieceTokenizersComeBackFromGguf() throws IOException {
    Path golden = GoldenSet.area("tokenizer").resolve("sp_bpe_metaspace");
    roundTrip(golden, gguf(golden, "llama", "default", true));
  }

  @Test
  void anUnknownPreTokenizerIsRefusedByName() throws IOException {
    Path golden = GoldenSet.area("tokenizer").resolve("bytelevel_bpe_chatml");
    GgufTokenizer gguf = gguf(golden, "gpt2", "martian", false);
    assertThatThrownBy(() -> Tokenizer.ofGguf(gguf))
        .hasMessageContaining("pre-tokenizer 'martian'")
        .hasMessageContaining("qwen2");
  }

  private static void roundTrip(Path golden, GgufTokenizer gguf) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.ofGguf(gguf)) {
      for (JsonNode row : GoldenSet.lines(golden.resolve("cases.jsonl"))) {
        String text = row.path("text").textValue();
        assertThat(tokenizer.ids(text, false)).as(text).isEqualTo(GoldenSet.ints(row.path("ids")));
        assertThat(tokenizer.ids(text, true))
            .as(text)
            .isEqualTo(GoldenSet.ints(row.path("ids_with_special")));
        assertThat(tokenizer.decode(tokenizer.ids(text, false), false))
            .as(text)
            .isEqualTo(row.path("decoded").textValue());
      }
    }
  }

  /** What a converter would write for a tokenizer.json; SentencePiece scores by order of merges. */
  private static GgufTokenizer gguf(Path golden, String model, String pre, boolean sentencePiece)
      throws IOException {
    JsonNode json = GoldenSet.JSON.readTree(golden.resolve("tokenizer.json").toFile());
    SequencedMap<Integer, String> byId = new LinkedHashMap<>();
    json.at("/model/vocab")
        .properties()
        .forEach(e -> byId.put(e.getValue().intValue(), e.getKey()));
    json.path("added_tokens")
        .forEach(t -> byId.put(t.path("id").intValue(), t.path("content").textValue()));
    int size = byId.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow() + 1;
    List<String> tokens = new ArrayList<>();
    int[] types = new int[size];
    float[] scores = new float[size];
    for (int id = 0; id < size; id++) {
      tokens.add(byId.getOrDefault(id, "[PAD" + id + "]"));
      types[id] = tokens.get(id).matches("<0x[0-9A-F]{2}>") ? 6 : 1;
    }
    json.path("added_tokens")
        .forEach(
            t ->
                types[t.path("id").intValue()] =
                    t.path("content").textValue().equals("<unk>")
                        ? 2
                        : t.path("special").booleanValue() ? 3 : 4);
    List<String> merges = new ArrayList<>();
    Map<String, Integer> rank = new LinkedHashMap<>();
    for (JsonNode merge : json.at("/model/merges")) {
      String text =
          merge.isArray() ? merge.get(0).asText() + " " + merge.get(1).asText() : merge.asText();
      merges.add(text);
      rank.putIfAbsent(text.replace(" ", ""), merges.size());
    }
    for (int id = 0; id < size; id++) {
      scores[id] = -rank.getOrDefault(tokens.get(id), 100_000);
    }
    SequencedMap<String, Integer> special = new LinkedHashMap<>();
    if (sentencePiece) {
      special.put("bos", tokens.indexOf("<s>"));
      special.put("eos", tokens.indexOf("</s>"));
      special.put("unk", tokens.indexOf("<unk>"));
    }
    return new GgufTokenizer(
        model,
        pre,
        tokens,
        types,
        sentencePiece ? scores : new float[0],
        sentencePiece ? List.of() : merges,
        special,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private void copy(Path from) throws IOException {
    for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(from.resolve(name), file(name));
    }
  }

  private Path file(String name) {
    return folder.resolve(name);
  }
}
