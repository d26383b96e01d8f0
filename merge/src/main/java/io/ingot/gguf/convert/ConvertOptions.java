package io.ingot.gguf.convert;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a user may ask of a conversion; the names are those of convert_hf_to_gguf.py.
 *
 * @param modelName overrides general.name
 * @param metadata a JSON file whose keys override the authorship metadata
 * @param pre name of the pre-tokenizer, where it is not to be detected
 * @param fuseQkv whether query, key and value projections become one tensor
 * @param folderName name that the heuristics see instead of the folder's own
 */
public record ConvertOptions(
    OutType outType,
    Optional<String> modelName,
    Optional<Path> metadata,
    Optional<String> pre,
    boolean fuseQkv,
    boolean vocabOnly,
    Optional<String> folderName) {

  /** Options that leave everything else to the model. */
  public static ConvertOptions of(OutType outType) {
    return new ConvertOptions(
        outType,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        Optional.empty());
  }

  public ConvertOptions withPre(Optional<String> name) {
    return new ConvertOptions(outType, modelName, metadata, name, fuseQkv, vocabOnly, folderName);
  }

  public ConvertOptions withFolderName(String name) {
    return new ConvertOptions(
        outType, modelName, metadata, pre, fuseQkv, vocabOnly, Optional.of(name));
  }
}
