using Google.Protobuf;

using MiniK8s.Api.Objects;

namespace MiniK8s.Api.Codecs;

/// <summary>A document as read: the message, what it said it is, and what a strict reader would object to.</summary>
/// <remarks>
/// <see cref="StrictErrors"/> holds phrases such as <c>unknown field "spec.foo"</c> and <c>duplicate field "spec.x"</c>, each once, at most
/// 100, in the order of the document; the fields they name were dropped (of duplicates the last counts). Empty for protobuf.
/// </remarks>
public sealed record Decoded(IMessage Message, TypeMeta TypeMeta, IReadOnlyList<string> StrictErrors);
