namespace MiniK8s.Client.Connection;

/// <summary>A kubeconfig that cannot be used; the message says why, in words for the user who wrote it.</summary>
public sealed class KubeConfigException(string message, Exception? inner = null) : Exception(message, inner);
