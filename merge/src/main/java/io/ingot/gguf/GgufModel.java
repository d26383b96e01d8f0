package io.ingot.gguf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.gguf.convert.Restoration;
import io.ingot.model.Model;
import io.ingot.tensor.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A GGUF file as a model of the Hub: its configuration made from the metadata, its tensors under
 * the names and in the layout of the Hub, dequantized to F32 when they are read. Safe for
 * concurrent reads.
 */
public final class GgufModel implements Model {
  private final GgufModelFiles files;
  private final Restoration restored;
  private final GgufTokenizer tokenizer;

  private GgufModel(GgufModelFiles files, Restoration restored, GgufTokenizer tokenizer) {
    this.files = files;
    this.restored = restored;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a file (of several: the first).
   *
   * @throws io.ingot.error.IngotException when it is no model of a known family, or contradicts
   *     itself
   */
  public static GgufModel open(Path file) {
    GgufModelFiles files = GgufModelFiles.open(file);
    try {
      GgufTokenizer tokenizer = GgufTokenizer.of(files.metadata());
      return new GgufModel(files, Restoration.of(files, tokenizer), tokenizer);
    } catch (RuntimeException e) {
      files.close();
      throw e;
    }
  }

  @Override
  public ObjectNode config() {
    return restored.config().deepCopy();
  }

  @Override
  public TensorSource weights() {
    return restored.weights();
  }

  /** Always empty: the tokenizer is in the file, see {@link #tokenizer}. */
  @Override
  public Optional<Path> folder() {
    return Optional.empty();
  }

  @Override
  public String fingerprint() {
    return files.fingerprint();
  }

  public GgufTokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public List<Path> places() {
    return files.files().stream().map(GgufFile::path).toList();
  }

  @Override
  public void close() {
    files.close();
  }
}
