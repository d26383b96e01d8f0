package io.ingot.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.tensor.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An opened model: a folder of the Hub, a base with an adapter folded in, or a GGUF file. Tensor
 * names are those of the Hub. Safe for concurrent reads.
 */
public interface Model extends AutoCloseable {
  /** The content of config.json; for a GGUF file the equivalent made from its metadata. */
  ObjectNode config();

  TensorSource weights();

  /**
   * The folder with the tokenizer and the other companion files (of an adapter: its own where it
   * brings a tokenizer, else the base's); empty for a GGUF file, which carries its tokenizer
   * itself.
   */
  Optional<Path> folder();

  /**
   * Differs when the content may differ, and stays the same as long as nobody touches the files;
   * found without reading weights.
   */
  default String fingerprint() {
    return folder().map(Fingerprint::of).orElse("");
  }

  /** Folders and files on disk that the model is read from. */
  default List<Path> places() {
    return folder().stream().toList();
  }

  @Override
  void close();
}
