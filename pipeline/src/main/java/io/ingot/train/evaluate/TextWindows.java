package io.ingot.train.evaluate;

import io.ingot.error.IngotException;
import io.ingot.train.data.DatasetFile;
import io.ingot.train.data.SourceRow;
import io.ingot.train.tokenizer.AddedToken;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Running text for perplexity: documents are encoded one by one, each with the token that ends a
 * document, joined, and cut into windows of equal length; an incomplete last one is dropped.
 */
public final class TextWindows {
  private static final List<String> DOCUMENT_ENDS =
      List.of(
          "<|endoftext|>",
          "<|end_of_text|>",
          "</s>",
          "<eos>",
          "<\uff5cend\u2581of\u2581sentence\uff5c>");

  private TextWindows() {}

  /**
   * The windows of a file.
   *
   * @param length tokens of a window
   * @param limit how many at most
   * @throws IngotException when the text does not fill two tokens
   */
  public static List<int[]> read(Path file, Tokenizer tokenizer, int length, int limit) {
    List<int[]> encoded = new ArrayList<>();
    int total = 0;
    for (String document : documents(file, tokenizer)) {
      int[] ids = tokenizer.ids(document, true);
      encoded.add(ids);
      total = Math.addExact(total, ids.length);
    }
    int[] all = new int[total];
    int at = 0;
    for (int[] ids : encoded) {
      System.arraycopy(ids, 0, all, at, ids.length);
      at += ids.length;
    }
    if (total < 2) {
      throw IngotException.invalid(file + " holds fewer than two tokens; perplexity needs more");
    }
    if (total < length) {
      return List.of(all);
    }
    List<int[]> windows = new ArrayList<>();
    for (int from = 0; from + length <= total && windows.size() < limit; from += length) {
      windows.add(Arrays.copyOfRange(all, from, from + length));
    }
    return windows;
  }

  /** Documents with their ends: a plain text is cut behind the end token and a line break. */
  private static List<String> documents(Path file, Tokenizer tokenizer) {
    Optional<String> end = documentEnd(tokenizer);
    if (!file.toString().endsWith(".txt")) {
      return DatasetFile.read(file).stream()
          .map(TextWindows::text)
          .map(text -> end.filter(e -> !text.endsWith(e)).map(e -> text + e).orElse(text))
          .toList();
    }
    String text = DatasetFile.text(file);
    if (end.isEmpty() || !text.contains(end.get() + "\n")) {
      return List.of(text);
    }
    List<String> documents = new ArrayList<>();
    int from = 0;
    String mark = end.get() + "\n";
    for (int at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, from)) {
      documents.add(text.substring(from, at + mark.length() - 1));
      from = at + mark.length();
    }
    if (from < text.length()) {
      documents.add(text.substring(from));
    }
    return documents;
  }

  private static String text(SourceRow row) {
    return row.text("text");
  }

  private static Optional<String> documentEnd(Tokenizer tokenizer) {
    List<String> special =
        tokenizer.addedTokens().stream()
            .filter(AddedToken::special)
            .map(AddedToken::content)
            .toList();
    return Stream.concat(
            DOCUMENT_ENDS.stream(), Stream.ofNullable(tokenizer.specialTokens().get("eos_token")))
        .filter(special::contains)
        .findFirst();
  }
}
