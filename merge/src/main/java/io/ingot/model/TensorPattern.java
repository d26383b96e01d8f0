package io.ingot.model;

import io.ingot.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of an architecture file, e.g. {@code self_attn.{q_proj,k_proj}+b[b?]}: names without
 * {@code .weight}; {@code +b} also the {@code .bias}; {@code (raw)} the name as it stands; {@code
 * {i}} the layer, {@code {n}} the number of layers, {@code {e}} each expert. Flags in brackets, for
 * both or after {@code w} or {@code b} for one of them: {@code @} embedding, {@code ?} optional,
 * {@code ~} tied, {@code =} has aliases, {@code !i64} always int64.
 */
final class TensorPattern {
  private static final Pattern LINE =
      Pattern.compile("(?<name>.*?)(?<raw>\\(raw\\))?(?<bias>\\+b)?(?:\\[(?<flags>[^\\]]*)\\])?");

  private static final Pattern CHOICE = Pattern.compile("\\{([^{}]*,[^{}]*)\\}");

  private final List<String> names;
  private final String flags;
  private final List<String> tied;
  private final List<Rename> aliases;

  /** A rule for other names: what is replaced by what; an empty {@code from} puts it in front. */
  record Rename(String from, String to) {
    boolean applies(String name) {
      return name.contains(from);
    }

    String apply(String name) {
      return from.isEmpty() ? to + name : name.replace(from, to);
    }
  }

  private TensorPattern(List<String> names, String flags, List<String> tied, List<Rename> aliases) {
    this.names = names;
    this.flags = flags;
    this.tied = tied;
    this.aliases = aliases;
  }

  static TensorPattern parse(String prefix, String line, List<String> tied, List<Rename> aliases) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no tensor pattern: " + line);
    }
    boolean raw = matcher.group("raw") != null || line.endsWith(".bias");
    List<String> names = new ArrayList<>();
    for (String name : choices(matcher.group("name"))) {
      names.add(prefix + name + (raw ? "" : ".weight"));
      if (matcher.group("bias") != null) {
        names.add(prefix + name + ".bias");
      }
    }
    String flags = matcher.group("flags");
    return new TensorPattern(names, flags == null ? "" : flags, tied, aliases);
  }

  /** A name that stands for itself, but for {@code {i}}. */
  static TensorPattern literal(String name, String flags) {
    return new TensorPattern(List.of(name), flags, List.of(), List.of());
  }

  private static List<String> choices(String name) {
    Matcher choice = CHOICE.matcher(name);
    if (!choice.find()) {
      return List.of(name);
    }
    List<String> all = new ArrayList<>();
    for (String option : choice.group(1).split(",")) {
      all.addAll(
          choices(name.substring(0, choice.start()) + option + name.substring(choice.end())));
    }
    return all;
  }

  /** The tensors, with numbers filled in. */
  List<WeightTemplate> expand(int layer, int layerCount, int experts) {
    List<WeightTemplate> weights = new ArrayList<>();
    for (String name : names) {
      int copies = name.contains("{e}") ? experts : 1;
      for (int expert = 0; expert < copies; expert++) {
        weights.add(
            template(
                name.replace("{i}", Integer.toString(layer))
                    .replace("{n}", Integer.toString(layerCount))
                    .replace("{e}", Integer.toString(expert))));
      }
    }
    return weights;
  }

  private WeightTemplate template(String name) {
    return new WeightTemplate(
        name,
        has(name, '@'),
        has(name, '?'),
        has(name, '=') ? aliases(name) : List.of(),
        has(name, '~') ? tied.stream().filter(t -> !t.equals(name)).toList() : List.of(),
        flags.contains("!i64") ? Optional.of(DType.I64) : Optional.empty());
  }

  private boolean has(String name, char flag) {
    boolean one = flags.startsWith("w") || flags.startsWith("b");
    boolean bias = name.endsWith(".bias");
    return flags.indexOf(flag) >= 0 && (!one || bias == flags.startsWith("b"));
  }

  /** All names that one or more of the rules make of a name. */
  private List<String> aliases(String name) {
    Set<String> found = new LinkedHashSet<>(List.of(name));
    for (Rename rule : aliases) {
      for (String known : List.copyOf(found)) {
        if (rule.applies(known)) {
          found.add(rule.apply(known));
        }
      }
    }
    found.remove(name);
    return List.copyOf(found);
  }
}
