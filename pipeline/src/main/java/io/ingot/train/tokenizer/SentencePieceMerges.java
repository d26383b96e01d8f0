package io.ingot.train.tokenizer;

import io.ingot.gguf.GgufTokenizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges of a SentencePiece BPE vocabulary, which stores only scores: a piece is made of any
 * two shorter pieces, and a higher score merges first. The same rebuilding as in transformers'
 * converter of slow tokenizers.
 */
final class SentencePieceMerges {
  private record Merge(String left, String right, int id, float score, int leftId, int rightId) {}

  private SentencePieceMerges() {}

  static List<String> rebuild(GgufTokenizer gguf) {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < gguf.tokens().size(); id++) {
      int type = gguf.types()[id];
      if (type == GgufTokenizerJson.NORMAL || type == GgufTokenizerJson.USER_DEFINED) {
        ids.putIfAbsent(gguf.tokens().get(id), id);
      }
    }
    List<Merge> merges = new ArrayList<>();
    ids.forEach(
        (piece, id) -> {
          for (int cut = piece.offsetByCodePoints(0, 1);
              cut < piece.length();
              cut = piece.offsetByCodePoints(cut, 1)) {
            String left = piece.substring(0, cut);
            String right = piece.substring(cut);
            Integer leftId = ids.get(left);
            Integer rightId = ids.get(right);
            if (leftId != null && rightId != null && left.indexOf(' ') < 0) {
              merges.add(new Merge(left, right, id, score(gguf, id), leftId, rightId));
            }
          }
        });
    merges.sort(
        Comparator.comparingDouble((Merge m) -> -m.score())
            .thenComparingInt(Merge::id)
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    return merges.stream().map(m -> m.left() + " " + m.right()).toList();
  }

  private static float score(GgufTokenizer gguf, int id) {
    return id < gguf.scores().length ? gguf.scores()[id] : -id;
  }
}
