package io.ingot.merge;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.Parameter;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.merge.recipe.Recipe.Slice;
import io.ingot.merge.recipe.Recipe.Source;
import io.ingot.merge.recipe.Setting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Where a parameter is looked up for a tensor: in the source of the slice that names the model,
 * then in the slice, the module, the recipe; the first that defines it counts.
 *
 * @param t place of the layer in the slice
 */
record ParameterScope(
    Slice slice, Map<String, Setting> module, Map<String, Setting> recipe, double t) {

  /** Parameters of the method, by the name of the tensor that is written. */
  Map<String, Double> ofMethod(MergeMethod method, String tensor, Consumer<String> problems) {
    Map<String, Double> values = new HashMap<>();
    for (Parameter parameter : method.parameters()) {
      if (!parameter.perModel()) {
        OptionalDouble value = find(parameter.name(), tensor, Optional.empty());
        put(values, parameter, value, false, tensor, "", problems);
      }
    }
    return values;
  }

  /**
   * Parameters of a model, by the name of the tensor in that model.
   *
   * @param exempt whether required ones may be missing, as for a base
   */
  Map<String, Double> ofModel(
      MergeMethod method,
      String tensor,
      ModelRef model,
      boolean exempt,
      Consumer<String> problems) {
    Map<String, Double> values = new HashMap<>();
    for (Parameter parameter : method.parameters()) {
      if (parameter.perModel()) {
        OptionalDouble value = find(parameter.name(), tensor, Optional.of(model));
        put(values, parameter, value, exempt, tensor, " of " + model, problems);
      }
    }
    return values;
  }

  private static void put(
      Map<String, Double> values,
      Parameter parameter,
      OptionalDouble value,
      boolean exempt,
      String tensor,
      String of,
      Consumer<String> problems) {
    String name = parameter.name();
    if (value.isEmpty() && parameter.required() && !exempt) {
      problems.accept("parameter '%s'%s is missing for tensor %s".formatted(name, of, tensor));
    }
    value.ifPresent(v -> values.put(name, v));
    parameter.defaultValue().ifPresent(v -> values.putIfAbsent(name, v));
    if (parameter.flag() && value.isPresent()) {
      double v = value.getAsDouble();
      if (v != 0 && v != 1) {
        problems.accept("parameter '%s'%s must be true or false, found %s".formatted(name, of, v));
      }
    }
  }

  private OptionalDouble find(String name, String tensor, Optional<ModelRef> model) {
    List<Map<String, Setting>> levels =
        List.of(
            model.flatMap(this::source).map(Source::parameters).orElse(Map.of()),
            slice.parameters(),
            module,
            recipe);
    for (Map<String, Setting> level : levels) {
      Setting setting = level.get(name);
      if (setting != null) {
        OptionalDouble value = setting.value(tensor, t);
        if (value.isPresent()) {
          return value;
        }
      }
    }
    return OptionalDouble.empty();
  }

  private Optional<Source> source(ModelRef model) {
    return slice.sources().stream().filter(s -> s.model().equals(model)).findFirst();
  }
}
