package io.ingot.merge;

import io.ingot.error.IngotException;
import io.ingot.merge.method.JoinedTensor;
import io.ingot.merge.method.PartTensor;
import io.ingot.merge.method.StoredTensor;
import io.ingot.merge.method.TensorData;
import io.ingot.tensor.TensorInfo;
import io.ingot.tensor.TensorSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkpoints store the experts of a layer one by one or as one tensor. What is wanted in one way
 * is made here of what is stored in the other: {@code gate_up_proj [E, 2I, H]} is gate over up of
 * every expert in turn, {@code down_proj [E, H, I]} likewise.
 */
final class ExpertLayout {
  private static final Pattern FUSED = Pattern.compile("(.*)\\.experts\\.(gate_up_proj|down_proj)");
  private static final Pattern ROUTER =
      Pattern.compile("(.*)\\.(mlp|block_sparse_moe)\\.gate\\.weight");
  private static final Pattern SINGLE =
      Pattern.compile(
          "(.*)\\.(?:mlp|block_sparse_moe)\\.experts\\.(\\d{1,6})"
              + "\\.(gate_proj|up_proj|down_proj|w1|w3|w2)\\.weight");

  private ExpertLayout() {}

  /**
   * Where a tensor comes from.
   *
   * @param names of the stored tensors that it is made of
   */
  record Made(TensorData data, List<String> names) {}

  /** Makes a listed tensor out of others; empty when they are not there. */
  static Optional<Made> make(TensorSource source, String name) {
    Matcher fused = FUSED.matcher(name);
    if (fused.matches()) {
      return fuse(source, name, fused.group(1), fused.group(2).equals("gate_up_proj"));
    }
    Matcher router = ROUTER.matcher(name);
    if (router.matches()) {
      String other = router.group(2).equals("mlp") ? "block_sparse_moe" : "mlp";
      return stored(source, router.group(1) + "." + other + ".gate.weight");
    }
    Matcher single = SINGLE.matcher(name);
    return single.matches()
        ? single(source, single.group(1), Integer.parseInt(single.group(2)), role(single.group(3)))
        : Optional.empty();
  }

  private static Optional<Made> stored(TensorSource source, String name) {
    return source.tensors().containsKey(name)
        ? Optional.of(new Made(new StoredTensor(source, name), List.of(name)))
        : Optional.empty();
  }

  /** 0: gate, 1: up, 2: down. */
  private static int role(String part) {
    return switch (part) {
      case "gate_proj", "w1" -> 0;
      case "up_proj", "w3" -> 1;
      default -> 2;
    };
  }

  /** One expert: under the names of another style, or cut out of all of them. */
  private static Optional<Made> single(TensorSource source, String layer, int expert, int role) {
    String number = ".experts." + expert + ".";
    String modern = List.of("gate_proj", "up_proj", "down_proj").get(role) + ".weight";
    String old = List.of("w1", "w3", "w2").get(role) + ".weight";
    return stored(source, layer + ".mlp" + number + modern)
        .or(() -> stored(source, layer + ".block_sparse_moe" + number + old))
        .or(() -> stored(source, layer + ".mlp" + number + old))
        .or(() -> cut(source, layer + ".mlp.experts.", expert, role));
  }

  private static Optional<Made> cut(TensorSource source, String prefix, int expert, int role) {
    String name = prefix + (role < 2 ? "gate_up_proj" : "down_proj");
    TensorInfo whole = source.tensors().get(name);
    if (whole == null || whole.shape().size() != 3 || whole.shape().get(0) <= expert) {
      return Optional.empty();
    }
    long rows = whole.shape().get(1) / (role < 2 ? 2 : 1);
    long columns = whole.shape().get(2);
    long begin = expert * whole.shape().get(1) * columns + (role == 1 ? rows * columns : 0);
    return Optional.of(
        new Made(
            new PartTensor(new StoredTensor(source, name), begin, List.of(rows, columns)),
            List.of(name)));
  }

  private static Optional<Made> fuse(
      TensorSource source, String name, String layer, boolean gateUp) {
    String old = layer.replaceAll("\\.mlp$", ".block_sparse_moe");
    for (String[] style :
        new String[][] {
          {layer, "gate_proj", "up_proj", "down_proj"},
          {old, "w1", "w3", "w2"},
          {layer, "w1", "w3", "w2"}
        }) {
      List<String> parts = new ArrayList<>();
      for (int expert = 0; ; expert++) {
        String prefix = style[0] + ".experts." + expert + ".";
        List<String> wanted =
            gateUp
                ? List.of(prefix + style[1] + ".weight", prefix + style[2] + ".weight")
                : List.of(prefix + style[3] + ".weight");
        if (!source.tensors().keySet().containsAll(wanted)) {
          if (wanted.stream().anyMatch(source.tensors()::containsKey)) {
            throw IngotException.invalid(
                "expert " + expert + " of " + name + " is incomplete; expected " + wanted);
          }
          break;
        }
        parts.addAll(wanted);
      }
      if (!parts.isEmpty()) {
        return Optional.of(join(source, name, parts, gateUp ? 2 : 1));
      }
    }
    return Optional.empty();
  }

  private static Made join(TensorSource source, String name, List<String> parts, int perExpert) {
    TensorInfo first = source.info(parts.getFirst());
    List<TensorData> data = new ArrayList<>();
    for (String part : parts) {
      TensorInfo info = source.info(part);
      if (!info.shape().equals(first.shape()) || info.dtype() != first.dtype()) {
        throw IngotException.invalid(
            "experts of %s differ: %s is %s %s, %s is %s %s"
                .formatted(
                    name,
                    first.name(),
                    first.dtype(),
                    first.shape(),
                    part,
                    info.dtype(),
                    info.shape()));
      }
      data.add(new StoredTensor(source, part));
    }
    List<Long> shape =
        List.of(
            (long) parts.size() / perExpert,
            perExpert * first.shape().get(0),
            first.shape().get(1));
    return new Made(new JoinedTensor(data, first.dtype(), shape), parts);
  }
}
