import CElement
import CGStreamer

// What C calls; declared in CElement's v2a_element.h. `element` is what v2a_element_new returned.

@inline(__always) private func object(_ pointer: UnsafeMutableRawPointer?) -> Element? {
  pointer.map { Unmanaged<Element>.fromOpaque($0).takeUnretainedValue() }
}

@_cdecl("v2a_element_new")
public func elementNew(
  _ element: UnsafeMutablePointer<GstElement>, _ sink: UnsafeMutablePointer<GstPad>
) -> UnsafeMutableRawPointer {
  Unmanaged.passRetained(Element(element, sink)).toOpaque()
}

@_cdecl("v2a_element_free")
public func elementFree(_ element: UnsafeMutableRawPointer?) {
  if let element { Unmanaged<Element>.fromOpaque(element).release() }
}

@_cdecl("v2a_element_set_property")
public func elementSetProperty(_ element: UnsafeMutableRawPointer?, _ property: Int32, _ value: UnsafePointer<GValue>) {
  object(element)?.settings.with { $0.set(property, value) }
}

@_cdecl("v2a_element_get_property")
public func elementGetProperty(_ element: UnsafeMutableRawPointer?, _ property: Int32, _ value: UnsafeMutablePointer<GValue>) {
  object(element)?.settings.with { $0.get(property, value) }
}

@_cdecl("v2a_element_will_change")
public func elementWillChange(_ element: UnsafeMutableRawPointer?, _ transition: GstStateChange) -> gboolean {
  object(element)?.willChange(transition) == true ? 1 : 0
}

@_cdecl("v2a_element_did_change")
public func elementDidChange(_ element: UnsafeMutableRawPointer?, _ transition: GstStateChange) {
  object(element)?.didChange(transition)
}

@_cdecl("v2a_element_chain")
public func elementChain(_ element: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<GstBuffer>) -> GstFlowReturn {
  object(element)?.chain(buffer) ?? GST_FLOW_ERROR
}

@_cdecl("v2a_element_sink_event")
public func elementSinkEvent(_ element: UnsafeMutableRawPointer?, _ event: UnsafeMutablePointer<GstEvent>) -> gboolean {
  object(element)?.sinkEvent(event) == true ? 1 : 0
}

@_cdecl("v2a_element_sink_query")
public func elementSinkQuery(_ element: UnsafeMutableRawPointer?, _ query: UnsafeMutablePointer<GstQuery>) -> gboolean {
  object(element)?.sinkQuery(query) == true ? 1 : 0
}

@_cdecl("v2a_element_src_event")
public func elementSrcEvent(
  _ element: UnsafeMutableRawPointer?, _ pad: UnsafeMutablePointer<GstPad>, _ event: UnsafeMutablePointer<GstEvent>
) -> gboolean {
  object(element)?.srcEvent(event, on: pad) == true ? 1 : 0
}

@_cdecl("v2a_element_src_query")
public func elementSrcQuery(
  _ element: UnsafeMutableRawPointer?, _ pad: UnsafeMutablePointer<GstPad>, _ query: UnsafeMutablePointer<GstQuery>
) -> Int32 {
  guard let answer = object(element)?.srcQuery(query, on: pad) else { return -1 }
  return answer ? 1 : 0
}

@_cdecl("v2a_element_src_activate")
public func elementSrcActivate(
  _ element: UnsafeMutableRawPointer?, _ pad: UnsafeMutablePointer<GstPad>, _ active: gboolean
) -> gboolean {
  object(element)?.activate(pad, active != 0) == true ? 1 : 0
}

@_cdecl("v2a_element_loop")
public func elementLoop(_ line: UnsafeMutableRawPointer?) {
  guard let line else { return }
  let own = Unmanaged<Line>.fromOpaque(line).takeUnretainedValue()
  own.element.loop(own)
}

@_cdecl("v2a_element_add_src")
public func elementAddSrc(_ element: UnsafeMutableRawPointer?, _ pad: UnsafeMutablePointer<GstPad>) {
  object(element)?.add(pad)
}

@_cdecl("v2a_element_remove_src")
public func elementRemoveSrc(_ element: UnsafeMutableRawPointer?, _ pad: UnsafeMutablePointer<GstPad>) {
  object(element)?.remove(pad)
}

@_cdecl("v2a_element_add_prompts")
public func elementAddPrompts(_ element: UnsafeMutableRawPointer?, _ pad: UnsafeMutablePointer<GstPad>) -> gboolean {
  object(element)?.addPrompts(pad) == true ? 1 : 0
}

@_cdecl("v2a_element_remove_prompts")
public func elementRemovePrompts(_ element: UnsafeMutableRawPointer?) { object(element)?.removePrompts() }

@_cdecl("v2a_element_prompt_chain")
public func elementPromptChain(_ element: UnsafeMutableRawPointer?, _ buffer: UnsafeMutablePointer<GstBuffer>) -> GstFlowReturn {
  object(element)?.promptChain(buffer) ?? GST_FLOW_ERROR
}

@_cdecl("v2a_element_prompt_event")
public func elementPromptEvent(_ element: UnsafeMutableRawPointer?, _ event: UnsafeMutablePointer<GstEvent>) -> gboolean {
  object(element)?.promptEvent(event) == true ? 1 : 0
}

@_cdecl("v2a_element_on_starving")
public func elementOnStarving(
  _ element: UnsafeMutableRawPointer?, _ call: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void, _ data: UnsafeMutableRawPointer?
) {
  object(element)?.onStarving = { call(data) }
}

@_cdecl("v2a_element_bin_room")
public func elementBinRoom(_ element: UnsafeMutableRawPointer?, _ level: guint64, _ most: guint64) -> guint64 {
  object(element).map { guint64($0.roomForVideo(level: UInt64(level), most: UInt64(most))) } ?? most
}
