package io.ingot.train.torch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/**
 * A compiled TorchScript program. Its methods take tensors and lists of tensors and mutate nothing
 * but what they are given. Not thread-safe.
 */
public final class TorchProgram implements AutoCloseable {
  private final TorchDevice device;
  private final Model model;
  private final NDManager manager;
  private final ParameterStore parameters;

  private TorchProgram(TorchDevice device, Model model, NDManager manager) {
    this.device = device;
    this.model = model;
    this.manager = manager;
    this.parameters = new ParameterStore(manager, false);
  }

  /**
   * Compiles a program.
   *
   * @param text serialized TorchScript that defines {@code class K(Module)}
   * @throws IllegalArgumentException when it does not compile, with the compiler's words
   */
  public static TorchProgram compile(String text, TorchDevice device) {
    Model model = Model.newInstance("k", device.djl(), "PyTorch");
    try {
      model.load(new ByteArrayInputStream(TorchScriptArchive.pack(text)));
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      throw new IllegalArgumentException("program does not compile: " + e.getMessage(), e);
    }
    return new TorchProgram(device, model, device.newManager());
  }

  /** One argument: a tensor, or a list of tensors. */
  public sealed interface Argument {
    /** A single tensor. */
    record One(NDArray tensor) implements Argument {}

    /** A list of tensors. */
    record Many(List<NDArray> tensors) implements Argument {}

    static Argument of(NDArray tensor) {
      return new One(tensor);
    }

    static Argument of(List<NDArray> tensors) {
      return new Many(tensors);
    }
  }

  /** Calls a method outside of autograd; what it returns can never enter a graph. */
  public NDList infer(NDManager scope, String method, Argument... arguments) {
    return call(scope, method, false, arguments);
  }

  /** Calls a method that may use autograd inside. */
  public NDList train(NDManager scope, String method, Argument... arguments) {
    return call(scope, method, true, arguments);
  }

  /**
   * Arguments go by position; DJL makes one list of neighbors that share a name ending in {@code
   * []}. The results belong to the manager of the first array.
   */
  private NDList call(NDManager scope, String method, boolean autograd, Argument... arguments) {
    device.bindThread();
    NDList inputs = new NDList();
    NDArray name = scope.create(0f);
    name.setName("module_method:" + method);
    inputs.add(name);
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case Argument.One(NDArray tensor) -> {
          tensor.setName("a" + i);
          inputs.add(tensor);
        }
        case Argument.Many(List<NDArray> tensors) -> {
          if (tensors.isEmpty()) {
            throw new IllegalArgumentException("argument " + i + " of " + method + " is empty");
          }
          String shared = "a" + i + "[]";
          for (NDArray tensor : tensors) {
            tensor.setName(shared);
            inputs.add(tensor);
          }
        }
      }
    }
    return model.getBlock().forward(parameters, inputs, autograd);
  }

  @Override
  public void close() {
    manager.close();
    model.close();
  }
}
