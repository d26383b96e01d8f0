package io.ingot.step;

import io.ingot.gguf.GgufFile;
import io.ingot.gguf.GgufModel;
import io.ingot.gguf.GgufTokenizer;
import io.ingot.train.chat.ChatTemplate;
import io.ingot.train.tokenizer.StopTokens;
import io.ingot.train.tokenizer.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The text side of a model, whatever it comes from.
 *
 * @param stops tokens at which generation stops
 * @param place what errors call it
 */
public record ModelText(Tokenizer tokenizer, Set<Integer> stops, String place)
    implements AutoCloseable {
  /**
   * Opens the tokenizer of a model; an adapter's own goes before its base's.
   *
   * @throws io.ingot.error.IngotException when there is none
   */
  public static ModelText open(ModelSource source) {
    return switch (source) {
      case ModelSource.Folder folder -> ofFolder(folder.path());
      case ModelSource.Adapter adapter ->
          Files.isRegularFile(adapter.path().resolve("tokenizer.json"))
              ? ofFolder(adapter.path())
              : open(adapter.base());
      case ModelSource.Gguf gguf -> ofGguf(gguf.file());
    };
  }

  /**
   * Opens the tokenizer at a path of the user's: a folder (it need not hold a whole model) or a
   * GGUF file.
   *
   * @throws io.ingot.error.IngotException when there is none
   */
  public static ModelText open(Path path) {
    return Files.isRegularFile(path) && GgufFile.looksLike(path) ? ofGguf(path) : ofFolder(path);
  }

  private static ModelText ofFolder(Path folder) {
    Tokenizer tokenizer = Tokenizer.load(folder);
    try {
      return new ModelText(tokenizer, StopTokens.of(folder, tokenizer), folder.toString());
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private static ModelText ofGguf(Path file) {
    try (GgufModel model = GgufModel.open(file)) {
      GgufTokenizer metadata = model.tokenizer();
      Set<Integer> stops = new LinkedHashSet<>();
      for (String role : List.of("eos", "eot", "eom")) {
        metadata.id(role).ifPresent(stops::add);
      }
      return new ModelText(Tokenizer.ofGguf(metadata), stops, file.toString());
    }
  }

  /**
   * The usual chat template.
   *
   * @param clock what it takes for now
   * @throws io.ingot.error.IngotException when the model has none
   */
  public ChatTemplate template(LocalDateTime clock) {
    return ChatTemplate.of(tokenizer, place, clock);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
