namespace MiniK8s.Client.Reflection;

/// <summary>Which part of a kind's objects is meant; the default is all of them.</summary>
/// <param name="Namespace">One namespace, or "" for all.</param>
/// <param name="FieldSelector">For example <c>spec.nodeName=n1</c>; "" for all.</param>
/// <param name="LabelSelector">For example <c>app=web</c>; "" for all.</param>
public sealed record ObjectFilter(string Namespace = "", string FieldSelector = "", string LabelSelector = "");
