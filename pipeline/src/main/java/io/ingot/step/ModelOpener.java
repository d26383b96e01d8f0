package io.ingot.step;

import io.ingot.adapter.AdaptedModel;
import io.ingot.gguf.GgufModel;
import io.ingot.model.Model;
import io.ingot.model.ModelFolder;

/** Opens whatever a model comes from. The caller closes it. */
public final class ModelOpener {
  private ModelOpener() {}

  /**
   * Opens a model; reads headers only.
   *
   * @throws io.ingot.error.IngotException when it does not exist or is not valid
   */
  public static Model open(ModelSource source) {
    return switch (source) {
      case ModelSource.Folder folder -> ModelFolder.open(folder.path());
      case ModelSource.Adapter adapter -> AdaptedModel.open(open(adapter.base()), adapter.path());
      case ModelSource.Gguf gguf -> GgufModel.open(gguf.file());
    };
  }
}
