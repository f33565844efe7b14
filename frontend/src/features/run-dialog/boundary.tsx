'use client';
import { Component, type ReactNode } from 'react';

interface Props {
  /** In place of what could not be drawn. */
  instead: ReactNode;
  children: ReactNode;
}

/** What cannot be drawn takes nothing with it. */
export class Boundary extends Component<Props, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? this.props.instead : this.props.children;
  }
}
