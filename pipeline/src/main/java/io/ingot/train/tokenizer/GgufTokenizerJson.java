package io.ingot.train.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.gguf.GgufTokenizer;
import java.util.List;

/**
 * Writes the tokenizer.json that does what llama.cpp does with the tokenizer of a GGUF file. Byte
 * -level BPE takes over vocabulary and merges; SentencePiece becomes BPE whose merges are rebuilt
 * from the scores ({@link SentencePieceMerges}).
 */
final class GgufTokenizerJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SPACE = "\u2581";

  /** Token types of llama.cpp. */
  static final int NORMAL = 1;

  static final int UNKNOWN = 2;
  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;

  private GgufTokenizerJson() {}

  static byte[] write(GgufTokenizer gguf) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    addedTokens(root.putArray("added_tokens"), gguf);
    boolean bosByDefault;
    switch (gguf.model()) {
      case "gpt2" -> bosByDefault = byteLevel(root, gguf);
      case "llama" -> bosByDefault = sentencePiece(root, gguf);
      default ->
          throw IngotException.invalid(
              "the GGUF file's tokenizer model '"
                  + gguf.model()
                  + "' (tokenizer.ggml.model) is not supported; supported: gpt2 (byte-level BPE),"
                  + " llama (SentencePiece)");
    }
    postProcessor(root, gguf, bosByDefault);
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void addedTokens(ArrayNode added, GgufTokenizer gguf) {
    for (int id = 0; id < gguf.tokens().size(); id++) {
      int type = gguf.types()[id];
      if (type == CONTROL || type == USER_DEFINED || type == UNKNOWN) {
        ObjectNode token = added.addObject();
        token.put("id", id);
        token.put("content", gguf.tokens().get(id));
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
          token.put(flag, false);
        }
        token.put("special", type != USER_DEFINED);
      }
    }
  }

  private static boolean byteLevel(ObjectNode root, GgufTokenizer gguf) {
    PreTokenizer pre = PreTokenizer.of(gguf.pre());
    root.putNull("normalizer");
    ArrayNode sequence =
        root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    for (String pattern : pre.patterns()) {
      ObjectNode split = sequence.addObject().put("type", "Split");
      split.putObject("pattern").put("Regex", pattern);
      split.put("behavior", "Isolated").put("invert", false);
    }
    byteLevel(sequence.addObject(), gguf.addSpacePrefix().orElse(false));
    byteLevel(root.putObject("decoder"), false);
    ObjectNode model = model(root, gguf, gguf.merges());
    model.putNull("unk_token").put("byte_fallback", false).put("fuse_unk", false);
    model.put("ignore_merges", pre.ignoreMerges());
    return pre.addBos();
  }

  private static void byteLevel(ObjectNode node, boolean prefix) {
    node.put("type", "ByteLevel")
        .put("add_prefix_space", prefix)
        .put("trim_offsets", true)
        .put("use_regex", false);
  }

  private static boolean sentencePiece(ObjectNode root, GgufTokenizer gguf) {
    boolean prefix = gguf.addSpacePrefix().orElse(true);
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    if (prefix) {
      normalizers.addObject().put("type", "Prepend").put("prepend", SPACE);
    }
    replace(normalizers.addObject(), " ", SPACE);
    root.putNull("pre_tokenizer");
    ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replace(decoders.addObject(), SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (prefix) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    ObjectNode model = model(root, gguf, SentencePieceMerges.rebuild(gguf));
    Integer unknown = gguf.ids().get("unk");
    if (unknown != null && unknown >= 0 && unknown < gguf.tokens().size()) {
      model.put("unk_token", gguf.tokens().get(unknown));
    }
    model.put("byte_fallback", gguf.tokens().contains("<0x0A>"));
    model.put("fuse_unk", true).put("ignore_merges", false);
    return true;
  }

  private static void replace(ObjectNode node, String from, String to) {
    node.put("type", "Replace");
    node.putObject("pattern").put("String", from);
    node.put("content", to);
  }

  private static ObjectNode model(ObjectNode root, GgufTokenizer gguf, List<String> merges) {
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout");
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < gguf.tokens().size(); id++) {
      String text = gguf.tokens().get(id);
      if (!vocabulary.has(text)) {
        vocabulary.put(text, id);
      }
    }
    ArrayNode pairs = model.putArray("merges");
    for (String merge : merges) {
      int space = merge.indexOf(' ', 1);
      if (space < 0 || !vocabulary.has(merge.substring(0, space) + merge.substring(space + 1))) {
        throw IngotException.invalid(
            "the GGUF file's tokenizer.ggml.merges holds '"
                + merge
                + "', which does not join two tokens to a third");
      }
      pairs.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
    }
    return model;
  }

  private static void postProcessor(ObjectNode root, GgufTokenizer gguf, boolean bosByDefault) {
    Integer bos = gguf.addBos().orElse(bosByDefault) ? gguf.ids().get("bos") : null;
    Integer eos = gguf.addEos().orElse(false) ? gguf.ids().get("eos") : null;
    if (bos == null && eos == null) {
      root.putNull("post_processor");
      return;
    }
    ObjectNode template = root.putObject("post_processor").put("type", "TemplateProcessing");
    ObjectNode special = MAPPER.createObjectNode();
    for (String form : List.of("single", "pair")) {
      ArrayNode parts = template.putArray(form);
      for (String sequence : form.equals("single") ? List.of("A") : List.of("A", "B")) {
        special(parts, special, gguf, bos);
        parts.addObject().putObject("Sequence").put("id", sequence).put("type_id", 0);
        special(parts, special, gguf, eos);
      }
    }
    template.set("special_tokens", special);
  }

  private static void special(
      ArrayNode parts,
      ObjectNode special,
      GgufTokenizer gguf,
      @org.jspecify.annotations.Nullable Integer id) {
    if (id == null) {
      return;
    }
    String text = gguf.tokens().get(id);
    parts.addObject().putObject("SpecialToken").put("id", text).put("type_id", 0);
    ObjectNode entry = special.putObject(text).put("id", text);
    entry.putArray("ids").add(id.intValue());
    entry.putArray("tokens").add(text);
  }
}
