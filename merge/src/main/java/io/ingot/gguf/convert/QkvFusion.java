package io.ingot.gguf.convert;

import io.ingot.gguf.FloatRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts query, key and value projections of a layer into one tensor, where asked to. */
final class QkvFusion {
  private static final Pattern PROJECTION =
      Pattern.compile("^(blk\\.\\d+\\.attn_)([qkv])(\\.(?:weight|bias))$");

  private final boolean wanted;
  private final Map<String, Map<String, SourceTensor>> waiting = new HashMap<>();

  QkvFusion(boolean wanted) {
    this.wanted = wanted;
  }

  /** The tensor itself, the fused one, or nothing while its partners are missing. */
  List<SourceTensor> add(SourceTensor tensor) {
    Matcher matcher = PROJECTION.matcher(tensor.name());
    if (!wanted || !matcher.matches()) {
      return List.of(tensor);
    }
    String key = matcher.group(1) + "qkv" + matcher.group(3);
    Map<String, SourceTensor> parts = waiting.computeIfAbsent(key, name -> new HashMap<>());
    parts.put(matcher.group(2), tensor);
    if (parts.size() < 3) {
      return List.of();
    }
    List<FloatRows> rows = new ArrayList<>();
    long height = 0;
    for (String part : List.of("q", "k", "v")) {
      SourceTensor source = java.util.Objects.requireNonNull(parts.get(part));
      rows.add(
          source.shape().size() == 1 ? new RowViews.Reshaped(source.rows(), 1) : source.rows());
      height += source.dim(0);
    }
    List<Long> shape = new ArrayList<>(tensor.shape());
    shape.set(0, height);
    return List.of(new SourceTensor(key, shape, tensor.half(), new RowViews.Stacked(rows)));
  }
}
